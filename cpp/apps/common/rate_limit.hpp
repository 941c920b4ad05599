// Chooses which frames to keep so that at most so many fall into a second; it never changes a time stamp.
#pragma once

#include <algorithm>
#include <optional>

namespace skymask::apps {

/// Time is cut into slots of 1/fps seconds from the first frame on, and the first frame of each slot is kept.
class RateLimit {
public:
    /// fps: frames per second to keep at most; nothing keeps all. Throws InputError where it is not a positive number.
    explicit RateLimit(std::optional<double> fps);

    /// Decides on the next frame; times must increase from call to call.
    bool keeps(double time_s);

    /// The frame rate that is left of `frame_rate`.
    [[nodiscard]] double of(double frame_rate) const { return fps_ ? std::min(frame_rate, *fps_) : frame_rate; }

private:
    std::optional<double> fps_;
    std::optional<double> start_s_;
    long last_slot_ = -1;
};

}  // namespace skymask::apps
