// What every source of frames offers; the pipeline, the sink and the window know nothing else of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <opencv2/core.hpp>

#include "clock.hpp"

namespace skymask::apps {

/// How many pixels there are, also where cv::Size::area() would overflow.
[[nodiscard]] inline std::int64_t pixels(cv::Size size) { return std::int64_t{size.width} * size.height; }

/// One picture and its time.
struct Frame {
    cv::Mat bgr;                ///< uint8 [H, W, 3], upright; height and width are the source's
    double time_s = 0;          ///< presentation time; larger than that of the frame before
    Clock::time_point arrived;  ///< when it came in; the latency of a live source counts from here
};

/// What is known of a source once it is open.
struct SourceInfo {
    std::string name;        ///< short, fit for a file name: "canal_boat", "camera-0"
    std::string where;       ///< the source as the user named it, an address without its password
    bool live = false;       ///< whether frames come at the world's pace, so that those nobody has time for are dropped
    cv::Size size;           ///< of every frame, in pixels, after rotation and scaling
    double frame_rate = 25;  ///< frames per second, as declared; the time stamps are what counts
    long frame_count = 0;    ///< how many frames will come; a guess, for progress only; 0 where unknown
};

/// An open file, camera or address, to be read once.
class Capture {
public:
    virtual ~Capture() = default;

    [[nodiscard]] virtual const SourceInfo& info() const noexcept = 0;

    /// The next frame, nothing at the end. Blocks until a camera has one.
    /// Throws MediaError where the source breaks off or cannot be decoded further.
    virtual std::optional<Frame> read() = 0;
};

/// What the user asked of a source.
struct CaptureOptions {
    std::optional<double> fps;     ///< frames per second to keep at most
    std::optional<cv::Size> size;  ///< to scale the frames to
};

/// Opens a video file, a camera's index ("0") or an address ("rtsp://...").
/// Throws InputError: there is no such source, it is no video, its frames are too small, or an option is out of range;
/// MediaError: it is a video, but damaged so that not one frame can be read.
[[nodiscard]] std::unique_ptr<Capture> open_capture(const std::string& where, const CaptureOptions& options);

}  // namespace skymask::apps
