#include "rate_limit.hpp"

#include <cmath>
#include <sstream>

#include <skymask/error.hpp>

namespace skymask::apps {

namespace {

constexpr double rounding_slots = 1e-6;  // time stamps in seconds are not exact: 3 * (1/30 s) may lie before slot 3

}  // namespace

RateLimit::RateLimit(std::optional<double> fps) : fps_(fps) {
    if (fps && !(*fps > 0 && std::isfinite(*fps))) {
        std::ostringstream message;
        message << "The frame rate must be a number above 0; got " << *fps << ". Leave it out to keep every frame.";
        throw InputError(message.str());
    }
}

bool RateLimit::keeps(double time_s) {
    if (!fps_) {
        return true;
    }
    if (!start_s_) {
        start_s_ = time_s;
    }
    const auto slot = static_cast<long>(std::floor((time_s - *start_s_) * *fps_ + rounding_slots));
    if (slot <= last_slot_) {
        return false;
    }
    last_slot_ = slot;
    return true;
}

}  // namespace skymask::apps
