// Every format becomes the same packed RGB, with gaps behind rows and odd sides.
#include "convert.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <tuple>

#include <gtest/gtest.h>
#include <skymask/error.hpp>

#include "support/expect_error.hpp"
#include "support/images.hpp"

namespace {

using skymask::Format;
using skymask::ImageView;
using skymask::InputError;

std::vector<std::uint8_t> converted(const ImageView& image) {
    skymask::check_image(image);
    std::vector<std::uint8_t> rgb(3 * static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height));
    skymask::to_packed_rgb(image, rgb.data());
    return rgb;
}

class PackedFormats : public testing::TestWithParam<std::tuple<Format, int, std::size_t>> {};

TEST_P(PackedFormats, BecomeTheSameRgb) {
    const auto [format, width, gap] = GetParam();
    const int height = 33;
    const auto rgb = noise(3 * static_cast<std::size_t>(width) * 33, 1);
    const Picture picture = relaid(rgb, width, height, format, gap);
    EXPECT_EQ(converted(picture.view), rgb);
}

INSTANTIATE_TEST_SUITE_P(All, PackedFormats,
                         testing::Combine(testing::Values(Format::rgb, Format::bgr, Format::rgba, Format::bgra),
                                          testing::Values(32, 33, 101, 640), testing::Values(0U, 1U, 61U)));

/// BT.601, limited range, as its formula has it.
std::array<double, 3> rgb_of(int y, int u, int v) {
    const double light = 255.0 / 219.0 * (y - 16);
    const double scale = 255.0 / 112.0;
    return {light + scale * (1 - 0.299) * (v - 128),
            light - scale * ((1 - 0.114) * 0.114 / 0.587 * (u - 128) + (1 - 0.299) * 0.299 / 0.587 * (v - 128)),
            light + scale * (1 - 0.114) * (u - 128)};
}

void expect_near(const std::uint8_t* rgb, int y, int u, int v, const std::string& where) {
    const auto expected = rgb_of(y, u, v);
    for (std::size_t i = 0; i < 3; ++i) {
        // Below 16 there is no light to take away.
        const double wanted = std::clamp(y < 16 ? rgb_of(16, u, v)[i] : expected[i], 0.0, 255.0);
        ASSERT_NEAR(rgb[i], wanted, 1.0) << where << " sample " << i;
    }
}

class Nv12 : public testing::TestWithParam<std::tuple<int, int, std::size_t, bool>> {};

TEST_P(Nv12, FollowsBt601) {
    const auto [width, height, gap, is_apart] = GetParam();
    const auto columns = static_cast<std::size_t>(width);
    const auto rows = static_cast<std::size_t>(height);
    const std::size_t stride = columns + gap;
    const std::size_t chroma_stride = (stride + 1) / 2 * 2;
    auto luma = noise(stride * rows, 2);
    const auto chroma = noise(chroma_stride * ((rows + 1) / 2), 3);
    ImageView image{luma.data(), width, height, gap == 0 ? 0 : stride, Format::nv12};
    if (is_apart) {
        image.chroma = chroma.data();
    } else {
        luma.insert(luma.end(), chroma.begin(), chroma.end());
        image.data = luma.data();
    }
    const auto rgb = converted(image);
    for (std::size_t y = 0; y < rows; ++y) {
        for (std::size_t x = 0; x < columns; ++x) {
            const std::uint8_t* uv = &chroma[y / 2 * chroma_stride + x / 2 * 2];
            expect_near(&rgb[3 * (y * columns + x)], luma[y * stride + x], uv[0], uv[1],
                        std::to_string(x) + "," + std::to_string(y));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, Nv12,
                         testing::Combine(testing::Values(32, 33, 640), testing::Values(32, 33),
                                          testing::Values(0U, 7U), testing::Bool()));

TEST(Yuyv, FollowsBt601) {
    const std::size_t gap = 5;
    for (const std::size_t width : {32U, 34U, 640U}) {
        const std::size_t stride = 2 * width + gap;
        const auto samples = noise(stride * 32, 4);
        const auto rgb = converted({samples.data(), static_cast<int>(width), 32, stride, Format::yuyv});
        for (std::size_t y = 0; y < 32; ++y) {
            for (std::size_t x = 0; x < width; ++x) {
                const std::uint8_t* pair = &samples[y * stride + x / 2 * 4];
                expect_near(&rgb[3 * (y * width + x)], pair[x % 2 * 2], pair[1], pair[3], std::to_string(x));
            }
        }
    }
}

TEST(Yuv, GreyHasNoColour) {
    const std::vector<std::uint8_t> samples(32 * 48, 128);
    const auto rgb = converted({samples.data(), 32, 32, 0, Format::nv12});
    EXPECT_EQ(*std::ranges::min_element(rgb), *std::ranges::max_element(rgb));
    EXPECT_NEAR(rgb[0], 255.0 / 219 * 112, 0.5);
}

TEST(PackedRgb, IsReadWhereItLies) {
    const std::vector<std::uint8_t> bytes(3 * 40 * 32);
    EXPECT_TRUE(skymask::is_packed_rgb({bytes.data(), 40, 32, 0, Format::rgb}));
    EXPECT_TRUE(skymask::is_packed_rgb({bytes.data(), 40, 32, 120, Format::rgb}));
    EXPECT_FALSE(skymask::is_packed_rgb({bytes.data(), 39, 32, 120, Format::rgb}));
    EXPECT_FALSE(skymask::is_packed_rgb({bytes.data(), 40, 32, 0, Format::bgr}));
}

struct BadImage {
    const char* name;
    ImageView image;
    const char* said;
};

const std::uint8_t pixel = 0;

class BadImages : public testing::TestWithParam<BadImage> {};

TEST_P(BadImages, AreRefused) {
    expect_error<InputError>([] { skymask::check_image(GetParam().image); }, GetParam().said);
}

constexpr std::size_t huge = ~std::size_t{0};

INSTANTIATE_TEST_SUITE_P(
    All, BadImages,
    testing::Values(
        BadImage{"null", {nullptr, 64, 64}, "data must not be null"},
        BadImage{"zero_width", {&pixel, 0, 64}, "at least 32 pixels high and wide; got 0x64"},
        BadImage{"zero_height", {&pixel, 64, 0}, "got 64x0"}, BadImage{"negative", {&pixel, -640, 480}, "got -640x480"},
        BadImage{"small", {&pixel, 31, 64}, "got 31x64"},
        BadImage{"rgb_stride",
                 {&pixel, 64, 64, 191, Format::rgb},
                 "at least 192 bytes, or 0 for rows without a gap; got 191"},
        BadImage{
            "bgra_stride", {&pixel, 64, 64, 255, Format::bgra}, "a bgra picture 64 pixels wide must be at least 256"},
        BadImage{"nv12_stride", {&pixel, 64, 64, 63, Format::nv12}, "at least 64 bytes"},
        BadImage{
            "nv12_chroma", {&pixel, 65, 64, 65, Format::nv12, &pixel, 65}, "the second plane of a nv12 picture 65"},
        BadImage{"yuyv_stride", {&pixel, 64, 64, 127, Format::yuyv}, "at least 128"},
        BadImage{"yuyv_odd", {&pixel, 65, 64, 0, Format::yuyv}, "must have an even width; got 65x64"},
        BadImage{"endless_stride", {&pixel, 64, 64, huge, Format::rgb}, "larger than any memory"},
        BadImage{"format", {&pixel, 64, 64, 0, static_cast<Format>(77)}, "one of skymask::Format; got the number 77"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(BadMasks, AreRefused) {
    const ImageView image{&pixel, 64, 48};
    std::uint8_t alpha = 0;
    expect_error<InputError>([&] { skymask::check_mask({nullptr, 64, 48}, image); }, "mask's data must not be null");
    expect_error<InputError>([&] { skymask::check_mask({&alpha, 48, 64}, image); },
                             "64x48 (width x height); got 48x64");
    expect_error<InputError>([&] { skymask::check_mask({&alpha, 64, 48, 63}, image); }, "at least 64 bytes");
}

}  // namespace
