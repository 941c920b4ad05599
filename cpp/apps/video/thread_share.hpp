// How inference uses the processor.
#pragma once

#include <skymask/engine.hpp>

#include "capture.hpp"

namespace skymask::apps {

/// Frames that are in work at a time, and whether each of them gets its share of a CPU's threads.
struct ThreadShare {
    int frames_in_flight;
    bool divide_threads;
};

/// Chooses for a source, as the Python package does with ONNX Runtime: all threads on one frame after the other where
/// latency counts, or where frames are so large that they wait for memory; else a frame a thread, up to four. Threads
/// that share a frame wait for each other at every layer; those with a frame each never do.
///
/// threads: for inference in all; 0 is as many as this process may use.
[[nodiscard]] ThreadShare share_of(const SourceInfo& source, int threads);

/// How many frames the model works on at a time, once it is loaded: on a CPU, a second one of a live source would wait
/// for the first, and only be older when it is done.
[[nodiscard]] int frames_in_flight(const ThreadShare& share, const SourceInfo& source, const EngineDescription& engine);

}  // namespace skymask::apps
