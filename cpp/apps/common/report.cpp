#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "output_file.hpp"
#include "percentile.hpp"

namespace skymask::apps {

namespace {

using Json = nlohmann::ordered_json;

double rounded(double value, double steps) { return std::round(value * steps) / steps; }

}  // namespace

double StageTimes::add(std::string_view stage, long frame, Clock::time_point start, std::string lane) {
    const auto end = Clock::now();
    const auto index = static_cast<std::size_t>(std::find(stages.begin(), stages.end(), stage) - stages.begin());
    {
        const std::lock_guard lock(mutex_);
        times_ms_.at(index).push_back(milliseconds(end - start));
    }
    if (trace_ != nullptr) {
        trace_->add({std::string(stage), frame, start, end, std::move(lane)});
    }
    return milliseconds(end - start);
}

Json StageTimes::summary() const {
    const std::lock_guard lock(mutex_);
    Json summary = Json::object();
    for (std::size_t index = 0; index < stages.size(); ++index) {
        if (const auto& times = times_ms_[index]; !times.empty()) {
            summary[std::string(stages[index])] = {{"p50", rounded(percentile(times, 50), 1e3)},
                                                   {"p95", rounded(percentile(times, 95), 1e3)}};
        }
    }
    return summary;
}

std::string describe(const EngineDescription& engine) {
    std::string text = engine.engine + " " + engine.version + " on " + engine.device;
    if (engine.threads > 0) {
        text += ", " + std::to_string(engine.threads) + (engine.threads == 1 ? " thread" : " threads");
    }
    return text;
}

void write_report(const std::filesystem::path& path, const SourceInfo& source, const Segmenter& segmenter,
                  const Tally& tally) {
    const Json report{{"source", source.where},
                      {"live", source.live},
                      {"size_hw", {source.size.height, source.size.width}},
                      {"model", segmenter.info().name + " " + segmenter.info().version},
                      {"engine", describe(segmenter.engine())},
                      {"smooth", false},  // the filter over time is the Python package's
                      {"frames", tally.frames},
                      {"dropped", tally.dropped},
                      {"seconds", rounded(tally.seconds, 1e3)},
                      {"fps", rounded(tally.fps(), 1e2)},
                      {"stages_ms", tally.times.summary()},
                      {"sky", tally.sky.summary()}};
    // JSON is UTF-8, and a file's name need not be.
    write_text(path, report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace skymask::apps
