// What a Segmenter does around any engine: where memory goes, which slots are used, how errors travel.
#include <skymask/segmenter.hpp>

#include <array>
#include <memory>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "support/expect_error.hpp"
#include "support/fake_engine.hpp"
#include "support/images.hpp"

namespace {

using skymask::Error;
using skymask::Format;
using skymask::ImageView;
using skymask::InputError;
using skymask::Mask;
using skymask::PendingMask;
using skymask::Segmenter;

constexpr int width = 40;
constexpr int height = 32;
constexpr std::size_t pixels = 40 * 32;

class SegmenterTest : public testing::Test {
protected:
    [[nodiscard]] ImageView rgb() const { return {frame.data(), width, height}; }

    /// The red samples: what the fake engine answers.
    [[nodiscard]] static std::vector<std::uint8_t> red(const std::vector<std::uint8_t>& rgb) {
        std::vector<std::uint8_t> samples;
        for (std::size_t i = 0; i < rgb.size(); i += 3) {
            samples.push_back(rgb[i]);
        }
        return samples;
    }

    static std::vector<std::uint8_t> bytes(const Mask& mask) { return {mask.pixels().begin(), mask.pixels().end()}; }

    std::shared_ptr<FakeLog> log = std::make_shared<FakeLog>();
    Segmenter sky = fake_segmenter(log);
    std::vector<std::uint8_t> frame = noise(3 * pixels, 1);
};

TEST_F(SegmenterTest, ReadsPackedRgbWhereItLies) {
    const Mask mask = sky(rgb());
    EXPECT_EQ(bytes(mask), red(frame));
    EXPECT_EQ(log->last_frames, frame.data());
    EXPECT_EQ(log->staged, 0);
    EXPECT_EQ(log->last_sky, mask.pixels().data());
}

TEST_F(SegmenterTest, ConvertsOtherFormatsIntoStaging) {
    for (const Format format : {Format::rgb, Format::bgr, Format::rgba, Format::bgra}) {
        EXPECT_EQ(bytes(sky(relaid(frame, width, height, format, 3).view)), red(frame));
    }
    EXPECT_EQ(log->staged, 4);
}

TEST_F(SegmenterTest, WritesIntoTheCallersMemory) {
    std::vector<std::uint8_t> out(pixels);
    sky(rgb(), {out.data(), width, height});
    EXPECT_EQ(out, red(frame));
    EXPECT_EQ(log->last_sky, out.data());
    sky(rgb(), {out.data(), width, height, width});
    EXPECT_EQ(log->last_sky, out.data());
}

TEST_F(SegmenterTest, LeavesTheGapsOfAStrideAlone) {
    const std::size_t stride = 50;
    std::vector<std::uint8_t> out(stride * height, 0xee);
    sky(rgb(), {out.data(), width, height, stride});
    const auto expected = red(frame);
    for (std::size_t y = 0; y < height; ++y) {
        for (std::size_t x = 0; x < stride; ++x) {
            ASSERT_EQ(out[y * stride + x], x < width ? expected[y * width + x] : 0xee);
        }
    }
}

TEST_F(SegmenterTest, BatchesAnyFormats) {
    const auto second = noise(3 * pixels, 2);
    const Picture other = relaid(second, width, height, Format::bgra, 5);
    const std::array images{rgb(), other.view};
    const auto masks = sky.batch(images);
    ASSERT_EQ(masks.size(), 2U);
    EXPECT_EQ(bytes(masks[0]), red(frame));
    EXPECT_EQ(bytes(masks[1]), red(second));
    EXPECT_EQ(log->last_shape, (skymask::Shape{.count = 2, .height = height, .width = width}));
}

TEST_F(SegmenterTest, ReadsABatchThatLiesInARowWhereItIs) {
    const auto both = noise(6 * pixels, 3);
    const std::array images{ImageView{both.data(), width, height}, ImageView{both.data() + 3 * pixels, width, height}};
    const auto masks = sky.batch(images);
    EXPECT_EQ(log->last_frames, both.data());
    EXPECT_EQ(log->staged, 0);
    EXPECT_EQ(bytes(masks[1]), red({both.begin() + 3 * pixels, both.end()}));
}

TEST_F(SegmenterTest, RefusesBatchesThatAreNone) {
    expect_error<InputError>([&] { static_cast<void>(sky.batch({})); }, "at least one frame; got none");
    const std::array sizes{rgb(), ImageView{frame.data(), 36, 32}};
    expect_error<InputError>([&] { static_cast<void>(sky.batch(sizes)); },
                             "of one size; got 1 frame of 40x32 (width x height) and 1 frame of 36x32");
    const std::array null{rgb(), ImageView{nullptr, width, height}};
    expect_error<InputError>([&] { static_cast<void>(sky.batch(null)); }, "must not be null");
}

TEST_F(SegmenterTest, RefusesBadPicturesInEveryCall) {
    const ImageView bad{frame.data(), 31, 32};
    std::uint8_t alpha = 0;
    expect_error<InputError>([&] { static_cast<void>(sky(bad)); }, "got 31x32");
    expect_error<InputError>([&] { static_cast<void>(sky.submit(bad)); }, "got 31x32");
    expect_error<InputError>([&] { sky(bad, {&alpha, 31, 32}); }, "got 31x32");
    expect_error<InputError>([&] { sky(rgb(), {&alpha, 41, 32}); }, "got 41x32");
    expect_error<InputError>([&] { sky(rgb(), {nullptr, width, height}); }, "must not be null");
    EXPECT_EQ(log->last_frames, nullptr);
}

TEST_F(SegmenterTest, KeepsTwoFramesInFlight) {
    log->delay = std::chrono::milliseconds(30);
    auto first = sky.submit(rgb());
    auto second = sky.submit(rgb());
    EXPECT_EQ(log->running, 2);
    EXPECT_EQ(bytes(first.get()), red(frame));
    EXPECT_EQ(bytes(second.get()), red(frame));
    EXPECT_EQ(log->running, 0);
}

TEST_F(SegmenterTest, OneMoreWaitsForTheOldest) {
    log->delay = std::chrono::milliseconds(10);
    std::vector<PendingMask> pending;
    for (int i = 0; i < 5; ++i) {
        pending.push_back(sky.submit(rgb()));
    }
    EXPECT_EQ(log->most_running, 2);
    EXPECT_EQ(log->overlaps, 0);
    for (PendingMask& mask : pending) {
        EXPECT_EQ(bytes(mask.get()), red(frame));
    }
}

TEST_F(SegmenterTest, ASynchronousCallGoesBesidePendingOnes) {
    log->delay = std::chrono::milliseconds(10);
    auto first = sky.submit(rgb());
    auto second = sky.submit(rgb());
    EXPECT_EQ(bytes(sky(rgb())), red(frame));
    EXPECT_EQ(log->overlaps, 0);
    EXPECT_EQ(bytes(second.get()), red(frame));
    EXPECT_EQ(bytes(first.get()), red(frame));
}

TEST_F(SegmenterTest, AMaskIsTakenOnce) {
    auto pending = sky.submit(rgb());
    static_cast<void>(pending.get());
    expect_error<InputError>([&] { static_cast<void>(pending.get()); }, "has been taken already");
}

TEST_F(SegmenterTest, DroppingAPendingMaskWaits) {
    log->delay = std::chrono::milliseconds(20);
    {
        const auto dropped = sky.submit(rgb());
    }
    EXPECT_EQ(log->running, 0);
    auto replaced = sky.submit(rgb());
    replaced = sky.submit(rgb());
    EXPECT_EQ(log->running, 1);
    EXPECT_EQ(bytes(replaced.get()), red(frame));
}

TEST_F(SegmenterTest, APendingMaskMayOutliveItsSegmenter) {
    log->delay = std::chrono::milliseconds(20);
    std::optional<Segmenter> short_lived(fake_segmenter(log));
    auto pending = short_lived->submit(rgb());
    short_lived.reset();
    EXPECT_FALSE(log->is_destroyed);
    EXPECT_EQ(bytes(pending.get()), red(frame));
    EXPECT_TRUE(log->is_destroyed);
}

TEST_F(SegmenterTest, AFailureIsThrownWhereTheMaskIsTaken) {
    log->fail_wait = true;
    auto pending = sky.submit(rgb());
    expect_error<Error>([&] { static_cast<void>(pending.get()); }, "the fake engine fails");
    expect_error<Error>([&] { static_cast<void>(sky(rgb())); }, "the fake engine fails");
    log->fail_wait = false;
    EXPECT_EQ(bytes(sky(rgb())), red(frame));
}

TEST_F(SegmenterTest, AFailureOfTheOldestDoesNotReachTheNext) {
    log->fail_wait = true;
    auto failed = sky.submit(rgb());
    auto second = sky.submit(rgb());
    auto third = sky.submit(rgb());  // waits for the first, whose failure is the first's alone
    log->fail_wait = false;
    expect_error<Error>([&] { static_cast<void>(failed.get()); }, "the fake engine fails");
    EXPECT_EQ(bytes(second.get()), red(frame));
    EXPECT_EQ(bytes(third.get()), red(frame));
}

TEST_F(SegmenterTest, AnEngineThatDoesNotStartCanBeAskedAgain) {
    log->fail_start = true;
    for (int i = 0; i < 4; ++i) {
        expect_error<Error>([&] { static_cast<void>(sky.submit(rgb())); }, "refuses to start");
    }
    log->fail_start = false;
    EXPECT_EQ(bytes(sky(rgb())), red(frame));
    EXPECT_EQ(log->overlaps, 0);
}

TEST_F(SegmenterTest, MovesWithItsFramesInFlight) {
    log->delay = std::chrono::milliseconds(10);
    auto pending = sky.submit(rgb());
    Segmenter moved = std::move(sky);
    EXPECT_EQ(bytes(moved(rgb())), red(frame));
    EXPECT_EQ(bytes(pending.get()), red(frame));
    EXPECT_EQ(moved.info().name, "fake");
    EXPECT_EQ(moved.engine().engine, "fake");
}

TEST_F(SegmenterTest, NeedsAnEngine) {
    expect_error<InputError>([] { const Segmenter none(nullptr, {}); }, "needs an engine");
}

TEST_F(SegmenterTest, HandsDeviceMemoryToTheEngine) {
    Segmenter device = fake_segmenter(log, 2, true);
    std::vector<std::uint8_t> out(pixels);
    int stream = 0;
    const skymask::Shape shape{.count = 1, .height = height, .width = width};
    for (int i = 0; i < 3; ++i) {
        device.on_device(frame.data(), shape, out.data(), &stream);
    }
    EXPECT_EQ(log->device_slots, (std::vector<int>{0, 1, 0}));
    EXPECT_EQ(log->last_stream, &stream);
    expect_error<InputError>([&] { device.on_device(nullptr, shape, out.data(), &stream); }, "must not be null");
    expect_error<skymask::EngineError>([&] { sky.on_device(frame.data(), shape, out.data(), &stream); },
                                       "does not take frames in a device's memory");
}

}  // namespace
