// Pictures for tests, and how far two masks are apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <skymask/image.hpp>

/// Random samples, the same for the same seed.
[[nodiscard]] std::vector<std::uint8_t> noise(std::size_t bytes, unsigned seed);

/// A picture that owns its memory; rows may have a gap behind them, filled with a value that no test expects.
struct Picture {
    std::vector<std::uint8_t> bytes;
    skymask::ImageView view;
};

/// Packed RGB in another layout of the same samples: bgr, rgba or bgra, with `gap` bytes behind every row.
[[nodiscard]] Picture relaid(std::span<const std::uint8_t> rgb, int width, int height, skymask::Format format,
                             std::size_t gap);

/// How far apart two masks are.
struct Difference {
    int largest = 0;             ///< grey levels
    double mean = 0.0;           ///< grey levels
    double share_above = 0.0;    ///< share of the pixels more than the asked grey levels apart
    double share_flipped = 0.0;  ///< share of the pixels on different sides of skymask::threshold

    [[nodiscard]] std::string text() const;
};

[[nodiscard]] Difference compare(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, int grey_levels);
