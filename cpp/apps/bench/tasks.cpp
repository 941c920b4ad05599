#include "tasks.hpp"

#include <cstdint>
#include <deque>
#include <random>
#include <utility>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "clock.hpp"
#include "percentile.hpp"

namespace skymask::apps {

namespace {

// Frames to be scaled come half as large again each way, as 1920x1080 comes to 1280x720.
constexpr double larger = 1.5;

ImageView view_of(const cv::Mat& bgr) { return {bgr.data, bgr.cols, bgr.rows, bgr.step, Format::bgr}; }

struct Pending {
    cv::Mat frame;
    PendingMask mask;
};

}  // namespace

Bout::Bout(Task task, Segmenter& sky, const cv::Mat& frame, int batch, int frames_in_flight, Window* window)
    : task_(task),
      sky_(sky),
      frame_(frame),
      size_(frame.size()),
      batch_(batch),
      frames_in_flight_(frames_in_flight),
      window_(window) {
    if (task_ == Task::resize_show) {
        cv::resize(frame, frame_, {}, larger, larger, cv::INTER_CUBIC);
    }
}

Turn Bout::measure(double limit_s) {
    call_once();  // what happens for the first time does not count
    Turn turn;
    std::vector<double> latencies_ms;
    const auto start = Clock::now();
    auto now = start;
    while (latencies_ms.empty() || seconds(now - start) < limit_s) {
        const auto before = now;
        call_once();
        now = Clock::now();
        latencies_ms.push_back(milliseconds(now - before));
    }
    turn.p50_ms = percentile(latencies_ms, 50);
    turn.p95_ms = percentile(latencies_ms, 95);
    const auto start_in_flight = Clock::now();
    turn.frames = run_in_flight(limit_s);
    turn.frames_per_s = static_cast<double>(turn.frames) / seconds(Clock::now() - start_in_flight);
    return turn;
}

void Bout::call_once() {
    if (batch_ > 1) {
        const std::vector<ImageView> images(static_cast<std::size_t>(batch_), view_of(frame_));
        static_cast<void>(sky_.batch(images));
        return;
    }
    const cv::Mat frame = next_frame();
    show(frame, sky_(view_of(frame)));
}

long Bout::run_in_flight(double limit_s) {
    long frames = 0;
    const auto start = Clock::now();
    if (batch_ > 1) {  // a batch is not submitted
        while (frames == 0 || seconds(Clock::now() - start) < limit_s) {
            call_once();
            frames += batch_;
        }
        return frames;
    }
    std::deque<Pending> pending;
    while (frames == 0 || seconds(Clock::now() - start) < limit_s || !pending.empty()) {
        const bool goes_on = seconds(Clock::now() - start) < limit_s;
        if (goes_on && pending.size() < static_cast<std::size_t>(frames_in_flight_)) {
            const cv::Mat frame = next_frame();
            pending.push_back({frame, sky_.submit(view_of(frame))});
            continue;
        }
        if (!pending.empty()) {
            show(pending.front().frame, pending.front().mask.get());
            pending.pop_front();
            ++frames;
        }
    }
    return frames;
}

cv::Mat Bout::next_frame() const {
    if (task_ != Task::resize_show) {
        return frame_;
    }
    cv::Mat scaled;
    cv::resize(frame_, scaled, size_, 0, 0, cv::INTER_AREA);
    return scaled;
}

void Bout::show(const cv::Mat& frame, Mask alpha) {
    if (window_ != nullptr && task_ != Task::infer) {
        Frame shown{frame, 0, Clock::now()};
        window_->show({std::move(shown), std::move(alpha), {}, View::overlay, 0});
    }
}

cv::Mat make_frame(cv::Size size) {
    cv::Mat frame(size, CV_8UC3);
    std::minstd_rand random(723);  // its numbers are the same everywhere
    for (int y = 0; y < size.height; ++y) {
        std::uint8_t* row = frame.ptr(y);
        const bool is_sky = y < size.height / 2;
        for (int x = 0; x < 3 * size.width; ++x) {
            const auto noise = static_cast<int>(random() >> 8 & 63);
            const int bright = 150 + 90 * y / size.height - 20 * (x % 3);
            row[x] = static_cast<std::uint8_t>(is_sky ? bright + noise / 16 : 40 + noise);
        }
    }
    return frame;
}

}  // namespace skymask::apps
