// How fast it went and what was seen: times per stage, and the report of a run, of the same form as the Python
// package's.
#pragma once

#include <array>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <skymask/segmenter.hpp>

#include "capture.hpp"
#include "clock.hpp"
#include "sky_stats.hpp"
#include "trace.hpp"

namespace skymask::apps {

inline constexpr std::array<std::string_view, 5> stages{"decode", "infer", "composite", "encode", "display"};

/// Collects milliseconds per stage and frame; safe to use from several threads.
class StageTimes {
public:
    /// trace: is told of every piece of work, if there is one; outlives this object.
    explicit StageTimes(Trace* trace = nullptr) : trace_(trace) {}

    /// Notes what has passed since `start` for a frame; returns it in milliseconds. lane: as in `Work`.
    double add(std::string_view stage, long frame, Clock::time_point start, std::string lane);

    /// "p50" and "p95", in milliseconds, of each stage that ran.
    [[nodiscard]] nlohmann::ordered_json summary() const;

private:
    Trace* trace_;
    mutable std::mutex mutex_;
    std::array<std::vector<double>, stages.size()> times_ms_;
};

/// What has been done so far; it holds as well after an error or an interruption.
struct Tally {
    explicit Tally(Trace* trace) : times(trace) {}

    long frames = 0;     ///< that went through all stages
    long dropped = 0;    ///< that a live source left out to keep up
    double seconds = 0;  ///< wall time from the first frame asked for to the last one done
    StageTimes times;
    SkySummary sky;

    [[nodiscard]] double fps() const { return seconds > 0 ? static_cast<double>(frames) / seconds : 0; }
};

/// "openvino 2026.4 on cpu, 2 threads"
[[nodiscard]] std::string describe(const EngineDescription& engine);

/// Writes what --report promises. Throws OutputError.
void write_report(const std::filesystem::path& path, const SourceInfo& source, const Segmenter& segmenter,
                  const Tally& tally);

}  // namespace skymask::apps
