#include "trace.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "output_file.hpp"

namespace skymask::apps {

namespace {

using Json = nlohmann::ordered_json;

double microseconds(Clock::duration time) { return std::round(milliseconds(time) * 1e4) / 10; }

Json event(const Work& work, Clock::time_point zero, int thread) {
    return {{"ph", "X"},
            {"name", work.stage},
            {"cat", "frame"},
            {"pid", 1},
            {"tid", thread},
            {"ts", microseconds(work.start - zero)},
            {"dur", microseconds(work.end - work.start)},
            {"args", {{"frame", work.frame}}}};
}

}  // namespace

void Trace::add(Work work) {
    const std::lock_guard lock(mutex_);
    works_.push_back(std::move(work));
}

void Trace::write(const std::filesystem::path& path) const {
    const std::lock_guard lock(mutex_);
    std::vector<Work> works = works_;
    std::stable_sort(works.begin(), works.end(), [](const Work& a, const Work& b) { return a.start < b.start; });
    std::map<std::string, int> threads;
    Json names = Json::array();
    Json pieces = Json::array();
    for (const Work& work : works) {
        const auto [lane, is_new] = threads.try_emplace(work.lane, static_cast<int>(threads.size()) + 1);
        if (is_new) {
            names.push_back({{"ph", "M"},
                             {"name", "thread_name"},
                             {"pid", 1},
                             {"tid", lane->second},
                             {"args", {{"name", work.lane}}}});
        }
        pieces.push_back(event(work, works.front().start, lane->second));
    }
    names.insert(names.end(), pieces.begin(), pieces.end());
    write_text(path, Json{{"displayTimeUnit", "ms"}, {"traceEvents", std::move(names)}}.dump() + "\n");
}

}  // namespace skymask::apps
