#include "pipeline.hpp"

#include <limits>
#include <string>
#include <utility>

#include "stage.hpp"

namespace skymask::apps {

namespace {

/// Frames that may wait before each stage: a live one makes the picture older, those of a file even out slow ones.
std::size_t depth_of(bool live, int frames_in_flight) {
    return live ? 1 : 2 * static_cast<std::size_t>(frames_in_flight);
}

std::string lane_of(const std::string& stage) { return "skymask-" + stage; }

}  // namespace

/// A frame that the model is working on.
struct Pipeline::InFlight {
    Job job;
    Clock::time_point start;
    long place = 0;  ///< among the frames in flight
    PendingMask mask;
};

Pipeline::Pipeline(Capture& capture, Segmenter& segmenter, PipelineOptions options, StageTimes& times)
    : capture_(capture),
      segmenter_(segmenter),
      options_(std::move(options)),
      times_(times),
      depth_(depth_of(capture.info().live, options_.frames_in_flight)) {
    Jobs& frames = channels_.emplace_back(depth_);
    Jobs& alphas = channels_.emplace_back(depth_);
    threads_.emplace_back([this, &frames] { decode(frames); });
    threads_.emplace_back([this, &frames, &alphas] { infer(frames, alphas); });
    if (options_.view) {
        start_stage("composite", [this](Job& job) {
            job.view = options_.view();
            job.picture = compose(job.frame.bgr, job.alpha, job.view);
        });
    }
    if (options_.sink != nullptr) {
        start_stage("encode", [this](Job& job) { options_.sink->write(job.picture, job.frame.time_s); });
    }
}

Pipeline::~Pipeline() {
    if (options_.sink != nullptr) {
        options_.sink->fill_no_gaps();  // which may take minutes
    }
    for (Jobs& channel : channels_) {
        channel.cancel();
    }
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

std::optional<Job> Pipeline::next(std::chrono::milliseconds limit, bool& in_time) {
    return channels_.back().get_for(limit, in_time);
}

void Pipeline::start_stage(const char* stage, std::function<void(Job&)> work) {
    Jobs& inbox = channels_.back();
    Jobs& outbox = channels_.emplace_back(depth_);
    threads_.emplace_back([this, stage, work = std::move(work), &inbox, &outbox] {
        run_stage(inbox, outbox, [&](Job& job) {
            const auto start = Clock::now();
            work(job);
            job.work_ms += times_.add(stage, job.number, start, lane_of(stage));
        });
    });
}

void Pipeline::decode(Jobs& outbox) {
    try {
        read_all(outbox);
        outbox.finish();
    } catch (...) {  // thrown again in the caller's thread
        outbox.finish(std::current_exception());
    }
}

void Pipeline::read_all(Jobs& outbox) {
    const bool live = capture_.info().live;
    for (long number = 0;; ++number) {
        const auto start = Clock::now();
        std::optional<Frame> frame = capture_.read();
        if (!frame) {
            return;
        }
        Job job;
        job.frame = std::move(*frame);
        job.number = number;
        job.work_ms += times_.add("decode", number, start, lane_of("decode"));
        bool dropped = false;
        if (!(live ? outbox.put_newest(std::move(job), dropped) : outbox.put(std::move(job)))) {
            return;
        }
        dropped_ += dropped ? 1 : 0;
    }
}

void Pipeline::infer(Jobs& inbox, Jobs& outbox) {
    try {
        infer_all(inbox, outbox);
        outbox.finish();
    } catch (...) {  // thrown again in the caller's thread
        outbox.finish(std::current_exception());
    }
    inbox.cancel();
}

/// A finished mask never waits for a frame that has not come yet: only while one is ready does another get in flight.
void Pipeline::infer_all(Jobs& inbox, Jobs& outbox) {
    std::deque<InFlight> pending;
    const auto places = static_cast<std::size_t>(options_.frames_in_flight);
    long left = options_.max_frames.value_or(std::numeric_limits<long>::max());
    while (true) {
        std::optional<Job> job;
        if (left > 0 && pending.size() < places) {
            job = pending.empty() ? inbox.get() : inbox.try_get();
        }
        if (job) {
            submit(std::move(*job), pending);
            --left;
        } else if (pending.empty() || !outbox.put(collect(pending))) {
            return;
        }
    }
}

void Pipeline::submit(Job job, std::deque<InFlight>& pending) {
    const auto start = Clock::now();
    const cv::Mat& bgr = job.frame.bgr;
    PendingMask mask = segmenter_.submit(ImageView{bgr.data, bgr.cols, bgr.rows, bgr.step, Format::bgr});
    pending.push_back({std::move(job), start, submitted_++ % options_.frames_in_flight, std::move(mask)});
}

Job Pipeline::collect(std::deque<InFlight>& pending) {
    InFlight oldest = std::move(pending.front());
    pending.pop_front();
    oldest.job.alpha = oldest.mask.get();
    oldest.job.work_ms +=
        times_.add("infer", oldest.job.number, oldest.start, lane_of("infer-" + std::to_string(oldest.place)));
    return std::move(oldest.job);
}

}  // namespace skymask::apps
