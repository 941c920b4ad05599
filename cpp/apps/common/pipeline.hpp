// Runs capture, inference, composite and encode at the same time, each on a thread of its own, in order.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include <skymask/segmenter.hpp>

#include "capture.hpp"
#include "channel.hpp"
#include "overlay.hpp"
#include "report.hpp"
#include "video_sink.hpp"

namespace skymask::apps {

/// A frame on its way through the stages; each adds its result.
struct Job {
    Frame frame;
    long number = 0;  ///< counted from 0, in order
    Mask alpha;
    cv::Mat picture;  ///< from composite; see `compose`
    View view = View::side_by_side;
    double work_ms = 0;  ///< spent on this frame so far, all stages together, without waiting in queues
};

/// What is done with a frame once its alpha is known.
struct PipelineOptions {
    std::function<View()> view{};      ///< of the picture to draw, asked anew for every frame; empty draws none
    VideoSink* sink = nullptr;         ///< where pictures are written; null nowhere
    std::optional<long> max_frames{};  ///< stop after so many frames
    int frames_in_flight = 2;          ///< that the model works on at a time; no more than the Segmenter was loaded for
};

/// Call `next` until there is no more.
///
/// What a stage throws is thrown by `next`, after the jobs ahead of it have come out; the stages before it stop at
/// once. The destructor stops all of them after the job each has in hand, and the sink in a gap that it fills, and
/// waits for their threads.
class Pipeline {
public:
    /// All arguments outlive the pipeline. A live source never waits: of the frames nobody has time for, the newest is
    /// kept and the others are dropped.
    Pipeline(Capture& capture, Segmenter& segmenter, PipelineOptions options, StageTimes& times);
    ~Pipeline();
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    /// The next job that has been through all stages; nothing at the end, or where none came within `limit`, which
    /// `in_time` tells apart.
    std::optional<Job> next(std::chrono::milliseconds limit, bool& in_time);

    /// Frames of a live source that were left out so far.
    [[nodiscard]] long dropped() const noexcept { return dropped_; }

private:
    using Jobs = Channel<Job>;
    struct InFlight;

    void start_stage(const char* stage, std::function<void(Job&)> work);
    void decode(Jobs& outbox);
    void read_all(Jobs& outbox);
    void infer(Jobs& inbox, Jobs& outbox);
    void infer_all(Jobs& inbox, Jobs& outbox);
    void submit(Job job, std::deque<InFlight>& pending);
    Job collect(std::deque<InFlight>& pending);

    Capture& capture_;
    Segmenter& segmenter_;
    PipelineOptions options_;
    StageTimes& times_;
    std::size_t depth_;
    long submitted_ = 0;
    std::atomic<long> dropped_ = 0;
    std::deque<Jobs> channels_;
    std::vector<std::thread> threads_;
};

}  // namespace skymask::apps
