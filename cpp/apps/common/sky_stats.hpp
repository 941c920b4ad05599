// What alphas say of their frames as a whole: how much sky, how sure, and whether there is any at all.
#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <skymask/image.hpp>

namespace skymask::apps {

/// How much sky a frame has, and how sure that is; both 0 to 1.
struct SkyStats {
    double sky_share = 0;   ///< share of pixels that are sky (alpha > 127)
    double confidence = 0;  ///< how far the alphas are from the threshold: the mean of |alpha - 127.5| / 127.5
};

[[nodiscard]] SkyStats stats(const Mask& alpha);

/// Sums up the sky of a clip, frame by frame.
class SkySummary {
public:
    void add(const SkyStats& stats) { stats_.push_back(stats); }

    /// The value of "sky" in a report: the same keys as the Python package's; null where there was no frame.
    [[nodiscard]] nlohmann::ordered_json summary() const;

private:
    std::vector<SkyStats> stats_;
};

}  // namespace skymask::apps
