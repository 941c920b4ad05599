#include "sky_stats.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>

#include <nlohmann/json.hpp>
#include <skymask/segmenter.hpp>

namespace skymask::apps {

namespace {

constexpr double no_sky_below = 0.01;
constexpr double all_sky_above = 0.99;

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

}  // namespace

SkyStats stats(const Mask& alpha) {
    std::int64_t sky = 0;
    std::int64_t doubt = 0;  // distance from the nearer of 0 and 255
    for (const int level : alpha.pixels()) {
        sky += level > threshold;
        doubt += std::min(level, 255 - level);
    }
    const auto pixels = static_cast<double>(alpha.pixels().size());
    return {static_cast<double>(sky) / pixels, 1 - 2 * static_cast<double>(doubt) / (255 * pixels)};
}

nlohmann::ordered_json SkySummary::summary() const {
    const bool any = !stats_.empty();
    const auto frames = static_cast<double>(stats_.size());
    const auto mean = [&](const std::function<double(const SkyStats&)>& value) -> nlohmann::ordered_json {
        double sum = 0;
        for (const SkyStats& one : stats_) {
            sum += value(one);
        }
        return any ? nlohmann::ordered_json(rounded(sum / frames)) : nlohmann::ordered_json(nullptr);
    };
    const auto lowest = std::min_element(
        stats_.begin(), stats_.end(), [](const SkyStats& a, const SkyStats& b) { return a.confidence < b.confidence; });
    nlohmann::ordered_json lowest_confidence = nullptr;
    nlohmann::ordered_json least_confident_frame = nullptr;
    if (any) {
        lowest_confidence = rounded(lowest->confidence);
        least_confident_frame = lowest - stats_.begin();
    }
    return {{"mean_share", mean([](const SkyStats& one) { return one.sky_share; })},
            {"frames_without_sky", mean([](const SkyStats& one) { return one.sky_share < no_sky_below ? 1.0 : 0.0; })},
            {"frames_all_sky", mean([](const SkyStats& one) { return one.sky_share > all_sky_above ? 1.0 : 0.0; })},
            {"mean_confidence", mean([](const SkyStats& one) { return one.confidence; })},
            {"lowest_confidence", lowest_confidence},
            {"least_confident_frame", least_confident_frame}};
}

}  // namespace skymask::apps
