// What skymask-bench measures: three tasks on frames in memory.
#pragma once

#include <array>
#include <optional>
#include <string>

#include <opencv2/core.hpp>
#include <skymask/segmenter.hpp>

#include "window.hpp"

namespace skymask::apps {

enum class Task { infer, show, resize_show };

/// Names as --task takes them, and as the table and Python's 'skymask bench' call them, in the order of `Task`.
inline constexpr std::array<const char*, 3> task_names{"infer", "show", "resize-show"};
inline constexpr std::array<const char*, 3> task_titles{"inference alone", "with display", "with resize and display"};

/// One row in one round.
struct Turn {
    long frames = 0;          ///< that were measured
    double p50_ms = 0;        ///< latency, one frame (or batch) at a time, from the frame to its alpha, drawn and shown
    double p95_ms = 0;        ///< 95th percentile
    double frames_per_s = 0;  ///< with as many frames in flight as the model was loaded for
};

/// Does a task again and again on one frame, or one batch of it.
class Bout {
public:
    /// frame: uint8 [H, W, 3], BGR. batch: frames an inference; more than 1 for `infer` alone. window: for the tasks
    /// that show; outlives this object.
    Bout(Task task, Segmenter& sky, const cv::Mat& frame, int batch, int frames_in_flight, Window* window);

    /// Measures the latency for about `seconds` (at least once), then the throughput for as long.
    [[nodiscard]] Turn measure(double seconds);

private:
    void call_once();
    [[nodiscard]] long run_in_flight(double seconds);
    [[nodiscard]] cv::Mat next_frame() const;
    void show(const cv::Mat& frame, Mask alpha);

    Task task_;
    Segmenter& sky_;
    cv::Mat frame_;
    cv::Size size_;
    int batch_;
    int frames_in_flight_;
    Window* window_;
};

/// A picture to measure on, the same each time: a bright gradient above, noise below. What it shows does not change
/// how long a network takes.
[[nodiscard]] cv::Mat make_frame(cv::Size size);

}  // namespace skymask::apps
