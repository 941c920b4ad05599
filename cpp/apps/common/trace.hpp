// The timeline of a run: which stage worked on which frame, when, and on which thread.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "clock.hpp"

namespace skymask::apps {

/// One stage's work on one frame.
struct Work {
    std::string stage;
    long frame = 0;  ///< number of the frame, counted from 0
    Clock::time_point start;
    Clock::time_point end;
    std::string lane;  ///< name of the thread that did it; of inferences, of the place among those in flight
};

/// Collects work; safe to use from several threads. About 150 bytes a stage and frame.
class Trace {
public:
    void add(Work work);

    /// Writes the timeline in Chrome's trace event format, which ui.perfetto.dev and chrome://tracing show.
    /// Throws OutputError.
    void write(const std::filesystem::path& path) const;

private:
    mutable std::mutex mutex_;
    std::vector<Work> works_;
};

}  // namespace skymask::apps
