#include "interrupt.hpp"

#include <atomic>
#include <csignal>

namespace skymask::apps {

namespace {

std::atomic<bool> noted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch nothing that locks");

void note(int) { noted = true; }

}  // namespace

void note_interrupts() {
    struct sigaction action{};
    action.sa_handler = note;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool is_interrupted() noexcept { return noted; }

}  // namespace skymask::apps
