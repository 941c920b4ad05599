// Which frame is computed in which of an engine's slots.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <skymask/engine.hpp>
#include <skymask/image.hpp>

namespace skymask {

/// A frame or batch on its way through a slot. Its two ends may be in different threads: one that starts frames and
/// needs the slot back, one that wants the mask.
class Job {
public:
    Job(std::shared_ptr<Engine> engine, int slot) : engine_(std::move(engine)), slot_(slot) {}
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    ~Job() { finish(); }

    /// See Engine::start; the memory stays valid until `finish` has returned.
    void start(const std::uint8_t* frames, Shape shape, std::uint8_t* sky);

    /// Waits for the slot; an error is kept for `check`. Any thread, any number of times.
    void finish() noexcept;

    /// Waits, and throws what went wrong.
    void check();

    /// True once the slot is free again.
    [[nodiscard]] bool is_finished() const noexcept { return finished_.load(std::memory_order_acquire); }

    [[nodiscard]] int slot() const noexcept { return slot_; }

private:
    std::shared_ptr<Engine> engine_;
    int slot_;
    std::mutex mutex_;
    std::atomic<bool> finished_{true};
    std::exception_ptr error_;
};

/// Hands out an engine's slots; belongs to one thread at a time, the jobs do not.
class Slots {
public:
    explicit Slots(std::shared_ptr<Engine> engine);

    /// The number of a free slot; waits for the oldest job where there is none.
    [[nodiscard]] int acquire();

    /// A job for a slot that `acquire` returned.
    [[nodiscard]] std::shared_ptr<Job> make_job(int slot);

    [[nodiscard]] Engine& engine() const noexcept { return *engine_; }

private:
    std::shared_ptr<Engine> engine_;
    std::vector<std::shared_ptr<Job>> jobs_;  // by slot, the last one started there; null before the first
    std::deque<int> order_;                   // all slots, the one used longest ago first
};

}  // namespace skymask
