#include "precision_check.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <skymask/error.hpp>
#include <skymask/segmenter.hpp>

#include "../engine_checks.hpp"

namespace skymask::engines {
namespace {

constexpr Shape picture_shape{.count = 1, .height = 720, .width = 1280};  // coordinates beyond what bf16 can count
constexpr double largest_share = 0.01;

/// Hills under a blue sky, without anything that a network could be unsure of but their edge.
std::vector<std::uint8_t> hills() {
    std::vector<std::uint8_t> frame;
    frame.reserve(picture_shape.frame_bytes());
    for (int y = 0; y < picture_shape.height; ++y) {
        for (int x = 0; x < picture_shape.width; ++x) {
            const bool is_sky = y < 330 + 90 * std::sin(x / 170.0);
            const int shade = is_sky ? y / 12 : (x * 7 + y * 13) % 24;
            frame.push_back(static_cast<std::uint8_t>((is_sky ? 100 : 70) + shade));
            frame.push_back(static_cast<std::uint8_t>((is_sky ? 160 : 60) + shade));
            frame.push_back(static_cast<std::uint8_t>((is_sky ? 225 : 35) + shade / 2));
        }
    }
    return frame;
}

std::vector<std::uint8_t> mask_of(Engine& engine, const std::vector<std::uint8_t>& frame) {
    std::vector<std::uint8_t> mask(picture_shape.mask_bytes());
    engine.start(0, frame.data(), picture_shape, mask.data());
    engine.wait(0);
    return mask;
}

}  // namespace

void check_precision(Engine& reduced, Precision precision, Engine& reference) {
    const auto frame = hills();
    const auto mask = mask_of(reduced, frame);
    const auto expected = mask_of(reference, frame);
    std::size_t flipped = 0;
    for (std::size_t i = 0; i < mask.size(); ++i) {
        flipped += (mask[i] > threshold) != (expected[i] > threshold) ? 1 : 0;
    }
    const double share = static_cast<double>(flipped) / static_cast<double>(mask.size());
    if (share > largest_share) {
        const EngineDescription is = reduced.describe();
        throw EngineError("This model cannot be computed in " + std::string(name_of(precision)) + " by " +
                          is.engine + " on '" + is.device + "': on a test picture, " +
                          std::to_string(std::lround(100 * share)) +
                          " % of the mask differ from fp32's. Ask for fp32, or leave the precision at 'auto'.");
    }
}

}  // namespace skymask::engines
