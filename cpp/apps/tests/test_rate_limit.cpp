#include "rate_limit.hpp"

#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <skymask/error.hpp>

namespace skymask::apps {
namespace {

std::vector<int> kept(RateLimit limit, double frame_rate, int count) {
    std::vector<int> numbers;
    for (int number = 0; number < count; ++number) {
        if (limit.keeps(number / frame_rate)) {
            numbers.push_back(number);
        }
    }
    return numbers;
}

TEST(RateLimit, KeepsTheFirstFrameOfEachSlot) {
    EXPECT_EQ(kept(RateLimit(10), 30, 12), (std::vector{0, 3, 6, 9}));
    EXPECT_EQ(kept(RateLimit(10), 25, 11), (std::vector{0, 3, 5, 8, 10}));
}

TEST(RateLimit, KeepsAllWhereThereAreFewer) {
    EXPECT_EQ(kept(RateLimit(60), 30, 4), (std::vector{0, 1, 2, 3}));
    EXPECT_EQ(kept(RateLimit(std::nullopt), 30, 3), (std::vector{0, 1, 2}));
    EXPECT_EQ(RateLimit(60).of(30), 30);
    EXPECT_EQ(RateLimit(10).of(30), 10);
}

TEST(RateLimit, KeepsEveryFrameAtItsOwnRate) { EXPECT_EQ(kept(RateLimit(30), 30, 900).size(), 900U); }

TEST(RateLimit, RefusesWhatIsNoRate) {
    EXPECT_THROW(RateLimit(0), InputError);
    EXPECT_THROW(RateLimit(-5), InputError);
    EXPECT_THROW(RateLimit(std::numeric_limits<double>::infinity()), InputError);
    EXPECT_THROW(RateLimit(std::numeric_limits<double>::quiet_NaN()), InputError);
}

}  // namespace
}  // namespace skymask::apps
