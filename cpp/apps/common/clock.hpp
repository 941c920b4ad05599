// The one clock of the programs: it never jumps.
#pragma once

#include <chrono>

namespace skymask::apps {

using Clock = std::chrono::steady_clock;

inline double milliseconds(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }
inline double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }
inline Clock::duration from_seconds(double time_s) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(time_s));
}

}  // namespace skymask::apps
