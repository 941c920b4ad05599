// The main job put together: a source, a model, and where the pictures go.
#pragma once

#include "options.hpp"

namespace skymask::apps {

/// Segments a source and prints one line about it.
///
/// Throws what the source, the model, the sink and the window throw; the output then has the frames so far, and so it
/// is with Interrupted.
void run_video(const VideoOptions& options);

}  // namespace skymask::apps
