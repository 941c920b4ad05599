#include "thread_share.hpp"

#include <algorithm>
#include <thread>

namespace skymask::apps {

namespace {

constexpr int fewest_in_flight = 2;  // while one is computed, the next is turned into RGB and uploaded
constexpr int most_in_flight = 4;
constexpr std::int64_t divide_threads_up_to = 1 << 20;  // pixels; larger frames wait for memory, not for arithmetic

}  // namespace

ThreadShare share_of(const SourceInfo& source, int threads) {
    if (threads == 0) {
        threads = static_cast<int>(std::thread::hardware_concurrency());
    }
    if (threads < fewest_in_flight || source.live || pixels(source.size) > divide_threads_up_to) {
        return {fewest_in_flight, false};
    }
    return {std::min(threads, most_in_flight), true};
}

int frames_in_flight(const ThreadShare& share, const SourceInfo& source, const EngineDescription& engine) {
    return source.live && engine.device == "cpu" ? 1 : share.frames_in_flight;
}

}  // namespace skymask::apps
