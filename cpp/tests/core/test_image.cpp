#include <skymask/image.hpp>

#include <algorithm>
#include <utility>

#include <gtest/gtest.h>
#include <skymask/error.hpp>

#include "support/expect_error.hpp"

namespace {

using skymask::InputError;
using skymask::Mask;

TEST(MaskTest, IsBlackAtFirst) {
    Mask mask(3, 2);
    EXPECT_EQ(mask.width(), 3);
    EXPECT_EQ(mask.height(), 2);
    EXPECT_EQ(mask.pixels().size(), 6U);
    EXPECT_TRUE(std::ranges::all_of(mask.pixels(), [](auto alpha) { return alpha == 0; }));
}

TEST(MaskTest, CountsFromTheTopLeft) {
    Mask mask(3, 2);
    mask.pixels()[5] = 200;
    EXPECT_EQ(mask.at(2, 1), 200);
    EXPECT_EQ(mask.at(1, 1), 0);
}

TEST(MaskTest, MovesItsPixels) {
    Mask mask(3, 2);
    mask.pixels()[0] = 7;
    const auto* pixels = mask.pixels().data();
    const Mask moved = std::move(mask);
    EXPECT_EQ(moved.pixels().data(), pixels);
    EXPECT_EQ(moved.at(0, 0), 7);
}

TEST(MaskTest, ViewsItself) {
    Mask mask(3, 2);
    EXPECT_EQ(mask.view().data, mask.pixels().data());
    EXPECT_EQ(mask.view().width, 3);
    EXPECT_EQ(mask.view().height, 2);
}

TEST(MaskTest, RefusesSidesOfNothing) {
    expect_error<InputError>([] { Mask(0, 2); }, "at least 1 pixel wide and high; got 0x2");
    expect_error<InputError>([] { Mask(3, -1); }, "got 3x-1");
}

}  // namespace
