#include "window.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <opencv2/highgui.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "errors.hpp"
#include "output_file.hpp"

namespace skymask::apps {

namespace {

constexpr int fit_width = 1280;  // a new window is at most this large; the user may enlarge it
constexpr int fit_height = 720;
constexpr int poll_ms = 50;
constexpr std::size_t rate_window = 30;  // frames that the frame rate on the picture is averaged over
constexpr int esc = 27;

/// 83.5 s becomes "00h01m23.500s": sorts well and is allowed in file names everywhere.
std::string clock_text(double time_s) {
    const long total_ms = std::lround(time_s * 1000);
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%02ldh%02ldm%06.3fs", total_ms / 3'600'000, total_ms / 60'000 % 60,
                  static_cast<double>(total_ms % 60'000) / 1000);
    return text.data();
}

/// Writes `text` into the upper left corner, white on black, so that it is read on any sky.
void write_caption(cv::Mat& canvas, const std::string& text) {
    const double scale = std::max(0.4, canvas.rows / 900.0);
    const int margin = cvRound(10 * scale);
    int baseline = 0;
    const cv::Size size = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, scale, 1, &baseline);
    cv::rectangle(canvas, {0, 0}, {size.width + 2 * margin, size.height + baseline + 2 * margin}, {0, 0, 0},
                  cv::FILLED);
    cv::putText(canvas, text, {margin, size.height + margin}, cv::FONT_HERSHEY_SIMPLEX, scale, {255, 255, 255}, 1,
                cv::LINE_AA);
}

}  // namespace

Window::Window(const SourceInfo& info, View view, bool paced, std::function<void(const std::string&)> tell,
               std::function<bool()> stop)
    : info_(info),
      view_(view),
      paced_(paced),
      tell_(std::move(tell)),
      stop_(std::move(stop)),
      title_("skymask - " + info.name + " (q quit, space pause, v view, s save)") {
    try {
        cv::namedWindow(title_, cv::WINDOW_NORMAL | cv::WINDOW_KEEPRATIO | cv::WINDOW_GUI_NORMAL);
        fit();
    } catch (const cv::Exception& error) {
        throw DisplayError("OpenCV cannot open a window: " + error.err +
                           ". Or leave --show out and write a file with -o FILE.");
    }
}

Window::~Window() {
    if (is_visible()) {
        cv::destroyWindow(title_);
        cv::waitKey(1);
    }
}

void Window::wait_for(const Frame& frame) {
    if (!paced_) {
        return;
    }
    const auto now = Clock::now();
    if (!zero_) {
        zero_ = now - from_seconds(frame.time_s);
    }
    const auto late = now - (*zero_ + from_seconds(frame.time_s));
    if (late > Clock::duration::zero()) {  // too slow for the clip's speed: go on from here rather than rush
        *zero_ += late;
    }
    while (open_ && !stop_()) {
        const double wait_ms = milliseconds(*zero_ + from_seconds(frame.time_s) - Clock::now());
        if (wait_ms <= 1) {
            return;
        }
        react(cv::waitKey(std::clamp(static_cast<int>(wait_ms), 1, poll_ms)));
    }
}

void Window::show(Shown shown) {
    times_.push_back(Clock::now());
    if (times_.size() > rate_window) {
        times_.pop_front();
    }
    shown_ = std::move(shown);
    draw();
    poll();
}

void Window::poll() { react(cv::waitKey(1)); }

bool Window::stay() {
    const auto paused = Clock::now();
    while (paused_ && shown_ && open_ && !stop_()) {  // before the first frame there is nothing to look at
        react(cv::waitKey(poll_ms));
    }
    if (zero_) {
        *zero_ += Clock::now() - paused;
    }
    return open_;
}

void Window::react(int key) {
    const int letter = key < 0 ? 0 : std::tolower(key & 0xFF);
    if (letter == 'q' || letter == esc || !is_visible()) {  // drawing would open a closed window again
        open_ = false;
    } else if (letter == ' ') {
        paused_ = !paused_;
        draw();
    } else if (letter == 'v') {
        view_ = next(view_);
        fit();
        draw();
    } else if (letter == 's') {
        save();
    }
}

bool Window::is_visible() const {
    try {
        return cv::getWindowProperty(title_, cv::WND_PROP_VISIBLE) >= 1;
    } catch (const cv::Exception&) {  // OpenCV 5 throws for a window that was closed, OpenCV 4 returns -1
        return false;
    }
}

void Window::fit() {
    const cv::Size size = picture_size(view_, info_.size);
    const double scale =
        std::min({1.0, fit_height / static_cast<double>(size.height), fit_width / static_cast<double>(size.width)});
    cv::resizeWindow(title_, cvRound(size.width * scale), cvRound(size.height * scale));
}

cv::Mat Window::picture() const {
    if (!shown_->picture.empty() && shown_->view == view_) {
        return shown_->picture.clone();
    }
    return compose(shown_->frame.bgr, shown_->alpha, view_);
}

void Window::draw() {
    if (!shown_ || !open_) {
        return;
    }
    cv::Mat canvas = picture();
    write_caption(canvas, caption());
    cv::imshow(title_, canvas);
}

/// Frame rate on screen, and latency: the age of a live picture, or the time spent on a frame of a file.
std::string Window::caption() const {
    if (paused_) {
        return "paused";
    }
    const double latency_ms = info_.live ? milliseconds(Clock::now() - shown_->frame.arrived) : shown_->work_ms;
    const double span_s = seconds(times_.back() - times_.front());
    const std::string rate =
        span_s > 0 ? std::to_string(std::lround(static_cast<double>(times_.size() - 1) / span_s)) : "-";
    return rate + " fps, latency " + std::to_string(std::lround(latency_ms)) + " ms";
}

void Window::save() const {
    if (!shown_) {
        return;
    }
    const std::filesystem::path path =
        info_.name + "_" + clock_text(shown_->frame.time_s) + "_" + name_of(view_) + ".png";
    const std::filesystem::path part = create_part(path);
    bool written = false;
    try {
        written = cv::imwrite(part.string(), picture());
    } catch (const cv::Exception&) {  // said below
    }
    if (!written) {
        std::error_code ignored;
        std::filesystem::remove(part, ignored);
        throw OutputError(path.string() + " cannot be written. Free some space or start in another folder.");
    }
    move_into_place(part, path);
    tell_("Saved " + path.string());
}

}  // namespace skymask::apps
