// A camera and an engine that do as they are told.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <skymask/segmenter.hpp>

#include "capture.hpp"

namespace skymask::apps {

inline const cv::Size fake_size{64, 48};

/// Gives frames of one grey level each, its number modulo 256.
class FakeCapture final : public Capture {
public:
    struct Plan {
        long frames = 10;  ///< how many there are
        bool live = false;
        std::chrono::milliseconds interval{0};  ///< between two of them
        std::string breaks_with{};              ///< what is thrown after the last one, as a MediaError; empty: it ends
    };

    explicit FakeCapture(Plan plan);

    [[nodiscard]] const SourceInfo& info() const noexcept override { return info_; }
    std::optional<Frame> read() override;

private:
    Plan plan_;
    SourceInfo info_;
    long next_ = 0;
};

/// A Segmenter whose alpha is the frame's blue channel. delay: what an inference takes. fails_at: the number of the
/// inference that throws Error("the engine has failed"); -1 for none.
[[nodiscard]] Segmenter make_fake_segmenter(std::chrono::milliseconds delay = {}, long fails_at = -1);

}  // namespace skymask::apps
