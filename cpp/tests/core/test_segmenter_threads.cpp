// The promises about threads, to be run under ThreadSanitizer as well (preset tsan).
#include <array>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <skymask/segmenter.hpp>

#include "support/fake_engine.hpp"
#include "support/images.hpp"

namespace {

using skymask::ImageView;
using skymask::PendingMask;
using skymask::Segmenter;

constexpr int side = 32;

std::vector<std::uint8_t> grey_frame(int level) {
    return std::vector<std::uint8_t>(3 * side * side, static_cast<std::uint8_t>(level));
}

TEST(SegmenterThreads, SeveralWorkAtOnce) {
    std::vector<std::thread> threads;
    std::array<int, 4> wrong{};
    for (std::size_t number = 0; number < wrong.size(); ++number) {
        threads.emplace_back([&mistakes = wrong[number], number] {
            Segmenter sky = fake_segmenter(std::make_shared<FakeLog>());
            for (int i = 0; i < 50; ++i) {
                const int level = (static_cast<int>(number) * 50 + i) % 256;
                const auto frame = grey_frame(level);
                mistakes += sky(ImageView{frame.data(), side, side}).at(5, 5) != level ? 1 : 0;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(wrong, (std::array<int, 4>{}));
}

TEST(SegmenterThreads, OneSubmitsAnotherTakes) {
    auto log = std::make_shared<FakeLog>();
    Segmenter sky = fake_segmenter(log, 3);
    std::vector<std::vector<std::uint8_t>> frames;
    for (int i = 0; i < 100; ++i) {
        frames.push_back(grey_frame(i));
    }
    std::vector<std::future<int>> taken;
    for (const auto& frame : frames) {
        PendingMask pending = sky.submit({frame.data(), side, side});
        taken.push_back(std::async(std::launch::async, [mask = std::move(pending)]() mutable {
            return static_cast<int>(mask.get().at(0, 0));
        }));
    }
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(taken[static_cast<std::size_t>(i)].get(), i);
    }
    EXPECT_EQ(log->overlaps, 0);
    EXPECT_LE(log->most_running, 3);
}

TEST(SegmenterThreads, OneSubmitsAnotherDrops) {
    auto log = std::make_shared<FakeLog>();
    Segmenter sky = fake_segmenter(log);
    const auto frame = grey_frame(9);
    std::vector<std::thread> droppers;
    for (int i = 0; i < 100; ++i) {
        droppers.emplace_back([pending = sky.submit({frame.data(), side, side})] {});
    }
    for (std::thread& dropper : droppers) {
        dropper.join();
    }
    EXPECT_EQ(log->overlaps, 0);
    EXPECT_EQ(sky(ImageView{frame.data(), side, side}).at(1, 1), 9);
}

TEST(SegmenterThreads, MovesBetweenThreads) {
    Segmenter sky = fake_segmenter(std::make_shared<FakeLog>());
    const auto frame = grey_frame(77);
    PendingMask pending = sky.submit({frame.data(), side, side});
    const int here = std::async(std::launch::async, [moved = std::move(sky), &frame]() mutable {
                         return static_cast<int>(moved(ImageView{frame.data(), side, side}).at(0, 0));
                     }).get();
    EXPECT_EQ(here, 77);
    EXPECT_EQ(pending.get().at(0, 0), 77);
}

}  // namespace
