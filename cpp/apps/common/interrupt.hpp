// Ctrl-C as a question that the main loop asks, so that files are finished first.
#pragma once

namespace skymask::apps {

/// From now on the first Ctrl-C (or SIGTERM) is only noted; a second one ends the process at once.
void note_interrupts();

[[nodiscard]] bool is_interrupted() noexcept;

}  // namespace skymask::apps
