#include "run_video.hpp"

#include <chrono>
#include <functional>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "display.hpp"
#include "errors.hpp"
#include "interrupt.hpp"
#include "pipeline.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "thread_share.hpp"
#include "window.hpp"

namespace skymask::apps {

namespace {

constexpr std::chrono::milliseconds poll{50};  // how often keys and Ctrl-C are looked at while no frame comes

Segmenter load(ModelChoice choice, const ThreadShare& share) {
    choice.options.frames_in_flight = share.frames_in_flight;
    choice.options.divide_threads = share.divide_threads;
    return choice.load();
}

PipelineOptions pipeline_options(const VideoOptions& options, VideoSink* sink, const Window* window) {
    PipelineOptions result;
    result.sink = sink;
    result.max_frames = options.max_frames;
    if (sink != nullptr) {
        result.view = [view = options.view] { return view; };
    } else if (window != nullptr) {
        result.view = [window] { return window->view(); };
    }
    return result;
}

/// Shows a finished frame. Returns whether to go on.
bool show(Window& window, Job job, StageTimes& times) {
    const long number = job.number;
    window.wait_for(job.frame);
    const auto start = Clock::now();
    window.show({std::move(job.frame), std::move(job.alpha), std::move(job.picture), job.view, job.work_ms});
    times.add("display", number, start, "skymask-display");
    return window.stay();
}

/// Takes finished frames until there are no more, the user has quit, or Ctrl-C.
void consume(Pipeline& pipeline, Window* window, Tally& tally, Progress& progress) {
    while (!is_interrupted()) {
        bool in_time = false;
        std::optional<Job> job = pipeline.next(poll, in_time);
        if (!job && in_time) {
            return;
        }
        if (!job) {
            if (window != nullptr) {
                window->poll();
                if (!window->stay()) {
                    return;
                }
            }
            continue;
        }
        tally.sky.add(stats(job->alpha));
        ++tally.frames;
        progress.show(tally.frames);
        if (window != nullptr && !show(*window, std::move(*job), tally.times)) {
            return;
        }
    }
}

void segment(Capture& capture, Segmenter& segmenter, const ThreadShare& share, VideoSink* sink,
             const VideoOptions& options, Tally& tally) {
    Progress progress(capture.info().name, options.max_frames.value_or(capture.info().frame_count));
    std::optional<Window> window;
    if (options.show) {
        const bool paced = sink == nullptr && !capture.info().live;
        window.emplace(
            capture.info(), options.view, paced, [&](const std::string& text) { progress.tell(text); }, is_interrupted);
    }
    Window* const shown = window ? &*window : nullptr;
    const auto start = Clock::now();
    struct Finally {  // holds after an error as well
        Tally& tally;
        Clock::time_point start;
        ~Finally() { tally.seconds = seconds(Clock::now() - start); }
    } const finally{tally, start};
    PipelineOptions what = pipeline_options(options, sink, shown);
    what.frames_in_flight = frames_in_flight(share, capture.info(), segmenter.engine());
    Pipeline pipeline(capture, segmenter, std::move(what), tally.times);
    struct Count {
        Tally& tally;
        Pipeline& pipeline;
        ~Count() { tally.dropped = pipeline.dropped(); }
    } const count{tally, pipeline};
    consume(pipeline, shown, tally, progress);
}

std::string frames(long count) { return std::to_string(count) + (count == 1 ? " frame" : " frames"); }

std::string summary(const SourceInfo& source, const VideoOptions& options, const Tally& tally) {
    std::ostringstream line;
    line << source.name << ": " << frames(tally.frames) << " in " << std::fixed << std::setprecision(1) << tally.seconds
         << " s, " << tally.fps() << " frames/s";
    if (tally.dropped > 0) {
        line << ", " << tally.dropped << " dropped to keep up";
    }
    if (!options.output.empty()) {
        line << ", written to " << options.output.string();
    }
    return line.str();
}

/// Does a piece of work after an error or Ctrl-C; whatever goes wrong now, the first error is the one to report.
void do_after_error(const std::function<void()>& work) {
    try {
        work();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
    }
}

void close_early(VideoSink& sink, const VideoOptions& options) {
    if (sink.close()) {
        std::cerr << options.output.string() << " has the " << frames(sink.frame_count()) << " up to there.\n";
    }
}

void write_records(const VideoOptions& options, const SourceInfo& source, const Segmenter& segmenter,
                   const Tally& tally, const Trace* trace) {
    if (!options.report.empty()) {
        write_report(options.report, source, segmenter, tally);
    }
    if (trace != nullptr) {
        trace->write(options.trace);
    }
}

}  // namespace

void run_video(const VideoOptions& options) {
    if (options.show) {
        require_display();
    }
    note_interrupts();
    const std::unique_ptr<Trace> trace = options.trace.empty() ? nullptr : std::make_unique<Trace>();
    Tally tally(trace.get());
    const std::unique_ptr<Capture> capture = open_capture(options.source, options.capture);
    const SourceInfo& info = capture->info();
    std::optional<VideoSink> sink;
    if (!options.output.empty()) {
        sink.emplace(options.output, picture_size(options.view, info.size), info.frame_rate);
    }
    const ThreadShare share = share_of(info, options.model.options.threads);
    Segmenter segmenter = load(options.model, share);
    VideoSink* const target = sink ? &*sink : nullptr;
    try {
        segment(*capture, segmenter, share, target, options, tally);
        if (is_interrupted()) {
            throw Interrupted();
        }
    } catch (...) {
        if (target != nullptr) {
            do_after_error([&] { close_early(*target, options); });
        }
        do_after_error([&] { write_records(options, info, segmenter, tally, trace.get()); });
        throw;
    }
    if (target != nullptr) {
        target->close();
    }
    write_records(options, info, segmenter, tally, trace.get());
    std::cout << summary(info, options, tally) << '\n';
}

}  // namespace skymask::apps
