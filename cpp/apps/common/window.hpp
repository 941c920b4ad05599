// The window: OpenCV's.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "capture.hpp"
#include "overlay.hpp"

namespace skymask::apps {

/// What the window needs of a finished frame; the picture may be of another view, or empty.
struct Shown {
    Frame frame;
    Mask alpha;
    cv::Mat picture;
    View view = View::side_by_side;
    double work_ms = 0;  ///< spent on this frame, all stages together, without waiting in queues
};

/// Shows pictures, paced and steered by keys: q or Esc quits, space pauses, v takes the next view, s saves a PNG.
///
/// To be used from the main thread, which is where window systems want it; `view` may be read from others.
class Window {
public:
    /// Opens the window; `require_display` comes first.
    ///
    /// paced: whether frames wait for their time stamps, so that a file plays at its own speed and no faster.
    /// tell: receives a sentence to show the user, such as the name of a saved picture. stop: asked while waiting.
    /// Throws DisplayError.
    Window(const SourceInfo& info, View view, bool paced, std::function<void(const std::string&)> tell,
           std::function<bool()> stop);
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    /// The view chosen by the user.
    [[nodiscard]] View view() const noexcept { return view_; }

    /// Waits, watching the keys, until it is time to show a frame.
    void wait_for(const Frame& frame);

    /// Shows a finished frame and reacts to keys. Throws OutputError where a picture cannot be saved.
    void show(Shown shown);

    /// Reacts to keys while there is nothing new to show.
    void poll();

    /// Keeps the picture while paused. Returns whether to go on; false once the user has quit.
    bool stay();

private:
    void react(int key);
    [[nodiscard]] bool is_visible() const;
    void fit();
    [[nodiscard]] cv::Mat picture() const;
    void draw();
    [[nodiscard]] std::string caption() const;
    void save() const;

    SourceInfo info_;
    std::atomic<View> view_;
    bool paced_;
    std::function<void(const std::string&)> tell_;
    std::function<bool()> stop_;
    std::string title_;
    bool open_ = true;
    bool paused_ = false;
    std::optional<Shown> shown_;
    std::optional<Clock::time_point> zero_;
    std::deque<Clock::time_point> times_;
};

}  // namespace skymask::apps
