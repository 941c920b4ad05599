#include "pipeline.hpp"

#include <filesystem>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "errors.hpp"
#include "fakes.hpp"

namespace skymask::apps {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds limit{10'000};

/// Numbers of the jobs that come out, and what is thrown at the end.
struct Outcome {
    std::vector<long> numbers;
    std::string error;
    long dropped = 0;
};

Outcome run(FakeCapture& capture, Segmenter& sky, PipelineOptions options = {}, milliseconds consumer_delay = {}) {
    StageTimes times;
    Pipeline pipeline(capture, sky, std::move(options), times);
    Outcome outcome;
    try {
        bool in_time = true;
        while (auto job = pipeline.next(limit, in_time)) {
            EXPECT_EQ(job->alpha.at(5, 7), job->number % 256) << "the alpha belongs to another frame";
            outcome.numbers.push_back(job->number);
            std::this_thread::sleep_for(consumer_delay);
        }
        EXPECT_TRUE(in_time);
    } catch (const Error& error) {
        outcome.error = error.what();
    }
    outcome.dropped = pipeline.dropped();
    return outcome;
}

std::vector<long> first(long count) {
    std::vector<long> numbers(static_cast<std::size_t>(count));
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
}

TEST(Pipeline, GivesEveryFrameOfAFileInOrder) {
    FakeCapture capture({.frames = 300});
    Segmenter sky = make_fake_segmenter();
    const Outcome outcome = run(capture, sky, {.view = [] { return View::overlay; }});
    EXPECT_EQ(outcome.numbers, first(300));
    EXPECT_EQ(outcome.dropped, 0);
}

TEST(Pipeline, StopsAfterSoManyFrames) {
    FakeCapture capture({.frames = 300});
    Segmenter sky = make_fake_segmenter();
    EXPECT_EQ(run(capture, sky, {.max_frames = 7}).numbers, first(7));
}

TEST(Pipeline, TellsOfAnUnpluggedCameraAfterTheFramesBeforeIt) {
    FakeCapture capture({.frames = 5, .interval = milliseconds(20), .breaks_with = "camera 0 stopped sending"});
    Segmenter sky = make_fake_segmenter();
    const Outcome outcome = run(capture, sky, {.view = [] { return View::overlay; }});
    EXPECT_EQ(outcome.numbers, first(5));
    EXPECT_EQ(outcome.error, "camera 0 stopped sending");
}

TEST(Pipeline, TellsOfAnUnpluggedLiveCamera) {
    FakeCapture capture({.frames = 5, .live = true, .interval = milliseconds(20), .breaks_with = "stopped sending"});
    Segmenter sky = make_fake_segmenter();
    EXPECT_EQ(run(capture, sky).error, "stopped sending");
}

TEST(Pipeline, TellsOfAnEngineThatFailsAfterTheFramesBeforeIt) {
    FakeCapture capture({.frames = 1'000'000});
    Segmenter sky = make_fake_segmenter({}, 4);
    const Outcome outcome = run(capture, sky);
    EXPECT_EQ(outcome.numbers, first(4));
    EXPECT_EQ(outcome.error, "the engine has failed");
}

TEST(Pipeline, ALiveSourceDropsFramesAndDoesNotLag) {
    FakeCapture capture({.frames = 60, .live = true, .interval = milliseconds(5)});
    Segmenter sky = make_fake_segmenter(milliseconds(100));  // so slow that a busy machine changes nothing
    const Outcome outcome = run(capture, sky);
    ASSERT_FALSE(outcome.numbers.empty());
    EXPECT_GT(outcome.dropped, 20);
    EXPECT_EQ(static_cast<long>(outcome.numbers.size()) + outcome.dropped, 60);
    EXPECT_EQ(outcome.numbers.back(), 59) << "the newest frame is the one to keep";
}

TEST(Pipeline, AMaskDoesNotWaitForTheNextFrame) {
    FakeCapture capture({.frames = 2, .live = true, .interval = milliseconds(1000)});
    Segmenter sky = make_fake_segmenter();
    StageTimes times;
    Pipeline pipeline(capture, sky, {}, times);
    bool in_time = false;
    const auto job = pipeline.next(limit, in_time);
    ASSERT_TRUE(job);
    EXPECT_LT(seconds(Clock::now() - job->frame.arrived), 0.5) << "the second frame comes after a second";
}

TEST(Pipeline, CanBeLeftWhileFramesStillCome) {
    FakeCapture capture({.frames = 1'000'000});
    Segmenter sky = make_fake_segmenter();
    StageTimes times;
    Pipeline pipeline(capture, sky, {.view = [] { return View::mask; }}, times);
    bool in_time = false;
    EXPECT_TRUE(pipeline.next(limit, in_time));
}

TEST(Pipeline, WritesWhatWasFinishedBeforeAnError) {
    const auto path = std::filesystem::temp_directory_path() / "skymask-test-pipeline.mp4";
    FakeCapture capture({.frames = 12, .breaks_with = "the file breaks off"});
    Segmenter sky = make_fake_segmenter();
    {
        VideoSink sink(path, fake_size, 10);
        const Outcome outcome = run(capture, sky, {.view = [] { return View::overlay; }, .sink = &sink});
        EXPECT_EQ(outcome.error, "the file breaks off");
        EXPECT_EQ(sink.frame_count(), 12);
        EXPECT_FALSE(std::filesystem::exists(path)) << "it appears only when it is whole";
    }
    cv::VideoCapture written(path.string(), cv::CAP_FFMPEG);
    EXPECT_EQ(written.get(cv::CAP_PROP_FRAME_COUNT), 12);
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace skymask::apps
