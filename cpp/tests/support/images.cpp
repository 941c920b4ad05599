#include "images.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <stdexcept>

#include <skymask/segmenter.hpp>

std::vector<std::uint8_t> noise(std::size_t bytes, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> samples(bytes);
    std::ranges::generate(samples, [&random] { return static_cast<std::uint8_t>(random() >> 24U); });
    return samples;
}

Picture relaid(std::span<const std::uint8_t> rgb, int width, int height, skymask::Format format, std::size_t gap) {
    using skymask::Format;
    const std::size_t pixel = format == Format::rgb || format == Format::bgr ? 3 : 4;
    const bool is_swapped = format == Format::bgr || format == Format::bgra;
    const std::size_t stride = pixel * static_cast<std::size_t>(width) + gap;
    Picture picture{.bytes = std::vector<std::uint8_t>(stride * static_cast<std::size_t>(height), 0xa5), .view = {}};
    for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
        for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x) {
            const std::uint8_t* in = &rgb[3 * (y * static_cast<std::size_t>(width) + x)];
            std::uint8_t* out = &picture.bytes[y * stride + pixel * x];
            out[0] = in[is_swapped ? 2 : 0];
            out[1] = in[1];
            out[2] = in[is_swapped ? 0 : 2];
        }
    }
    picture.view = {picture.bytes.data(), width, height, gap == 0 ? 0 : stride, format};
    return picture;
}

std::string Difference::text() const {
    return "largest " + std::to_string(largest) + ", mean " + std::to_string(mean) + ", share above " +
           std::to_string(share_above) + ", share flipped " + std::to_string(share_flipped);
}

Difference compare(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, int grey_levels) {
    if (a.size() != b.size() || a.empty()) {
        throw std::runtime_error("the masks are of different sizes");
    }
    Difference difference;
    std::size_t above = 0;
    std::size_t flipped = 0;
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const int distance = std::abs(static_cast<int>(a[i]) - static_cast<int>(b[i]));
        difference.largest = std::max(difference.largest, distance);
        sum += distance;
        above += distance > grey_levels ? 1 : 0;
        flipped += (a[i] > skymask::threshold) != (b[i] > skymask::threshold) ? 1 : 0;
    }
    const auto pixels = static_cast<double>(a.size());
    difference.mean = sum / pixels;
    difference.share_above = static_cast<double>(above) / pixels;
    difference.share_flipped = static_cast<double>(flipped) / pixels;
    return difference;
}
