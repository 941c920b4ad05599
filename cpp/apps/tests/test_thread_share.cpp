#include "thread_share.hpp"

#include <gtest/gtest.h>

namespace skymask::apps {
namespace {

SourceInfo source(cv::Size size, bool live) {
    SourceInfo info;
    info.size = size;
    info.live = live;
    return info;
}

TEST(ThreadShare, GivesFramesOfAFileAThreadEachUpToFour) {
    const SourceInfo file = source({1280, 720}, false);
    for (const auto& [threads, in_flight] : {std::pair{2, 2}, {3, 3}, {4, 4}, {5, 4}, {64, 4}}) {
        const ThreadShare share = share_of(file, threads);
        EXPECT_TRUE(share.divide_threads) << threads;
        EXPECT_EQ(share.frames_in_flight, in_flight) << threads;
        EXPECT_EQ(frames_in_flight(share, file, {"openvino", "1", "cpu"}), in_flight) << threads;
    }
    EXPECT_GE(share_of(file, 0).frames_in_flight, 2) << "as many as there are";
}

TEST(ThreadShare, KeepsThreadsTogetherWhereAFrameCannotHaveItsOwn) {
    for (const SourceInfo& info :
         {source({1920, 1080}, false), source({1280, 720}, true), source({65535, 65535}, false)}) {
        const ThreadShare share = share_of(info, 8);
        EXPECT_FALSE(share.divide_threads) << info.size;
        EXPECT_EQ(share.frames_in_flight, 2) << info.size;
    }
    EXPECT_FALSE(share_of(source({640, 480}, false), 1).divide_threads);
}

TEST(ThreadShare, ALiveSourceHasOneFrameInFlightOnACpu) {
    const SourceInfo camera = source({640, 480}, true);
    const ThreadShare share = share_of(camera, 8);
    EXPECT_EQ(frames_in_flight(share, camera, {"openvino", "1", "cpu"}), 1);
    EXPECT_EQ(frames_in_flight(share, camera, {"tensorrt", "1", "NVIDIA Orin"}), 2);
}

}  // namespace
}  // namespace skymask::apps
