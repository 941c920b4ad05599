#include "channel.hpp"

#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

namespace skymask::apps {
namespace {

TEST(Channel, AnErrorComesAfterWhatWasWrittenBeforeIt) {
    Channel<int> channel(4);
    channel.put(1);
    channel.put(2);
    channel.finish(std::make_exception_ptr(std::runtime_error("broken")));
    EXPECT_EQ(channel.get(), 1);
    EXPECT_EQ(channel.get(), 2);
    EXPECT_THROW(channel.get(), std::runtime_error);
}

TEST(Channel, EndsWithoutAnItem) {
    Channel<int> channel(1);
    channel.finish();
    EXPECT_EQ(channel.get(), std::nullopt);
    EXPECT_EQ(channel.try_get(), std::nullopt);
}

TEST(Channel, TheNewestItemReplacesTheOneThatWaits) {
    Channel<int> channel(1);
    bool dropped = true;
    EXPECT_TRUE(channel.put_newest(1, dropped));
    EXPECT_FALSE(dropped);
    EXPECT_TRUE(channel.put_newest(2, dropped));
    EXPECT_TRUE(dropped);
    EXPECT_EQ(channel.get(), 2);
}

TEST(Channel, CancellingWakesAWriterThatWaitsForRoom) {
    Channel<int> channel(1);
    channel.put(1);
    bool taken = true;
    std::thread writer([&] { taken = channel.put(2); });
    channel.cancel();
    writer.join();
    EXPECT_FALSE(taken);
    EXPECT_EQ(channel.get(), std::nullopt);
}

TEST(Channel, GivesUpWaitingInTime) {
    Channel<int> channel(1);
    bool in_time = true;
    EXPECT_EQ(channel.get_for(std::chrono::milliseconds(5), in_time), std::nullopt);
    EXPECT_FALSE(in_time);
    channel.finish();
    EXPECT_EQ(channel.get_for(std::chrono::milliseconds(5), in_time), std::nullopt);
    EXPECT_TRUE(in_time);
}

}  // namespace
}  // namespace skymask::apps
