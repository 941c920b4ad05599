// Memory and streams of the fake device: its memory is the host's, a stream is a thread with a queue.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <latch>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "state.hpp"

namespace substitute {

/// What a stream does. A context's kernel has the flight that it belongs to.
struct Work {
    std::function<cudaError_t()> run;
    std::shared_ptr<Flight> flight{};
};

/// Of streams, by number: how many pieces of their work are done before whatever comes next where this is kept.
using Clock = std::map<long, long>;

/// Where memory is.
enum class Kind { device, pinned };

/// One piece of memory that was taken and not released.
struct Allocation {
    Kind kind;
    std::size_t bytes;
    std::unique_ptr<Alive> alive = std::make_unique<Alive>();
};

/// All of them; safe to use from several threads.
class Allocations {
public:
    cudaError_t take(void** memory, std::size_t bytes, Kind kind) {
        const std::lock_guard lock(mutex_);
        if (kind == Kind::device && used_ + bytes > machine().memory) {
            return cudaErrorMemoryAllocation;
        }
        used_ += kind == Kind::device ? bytes : 0;
        *memory = std::malloc(bytes);
        all_.emplace(static_cast<char*>(*memory), Allocation{kind, bytes});
        return cudaSuccess;
    }

    cudaError_t release(void* memory, Kind kind) {
        const std::lock_guard lock(mutex_);
        const auto found = all_.find(static_cast<char*>(memory));
        if (found == all_.end() || found->second.kind != kind) {
            return cudaErrorInvalidValue;
        }
        used_ -= kind == Kind::device ? found->second.bytes : 0;
        all_.erase(found);
        std::free(memory);
        return cudaSuccess;
    }

    bool hold(const void* memory, std::size_t bytes, Kind kind) {
        const std::lock_guard lock(mutex_);
        const auto* start = static_cast<const char*>(memory);
        auto after = all_.upper_bound(const_cast<char*>(start));
        if (after == all_.begin()) {
            return false;
        }
        --after;
        return after->second.kind == kind && start + bytes <= after->first + after->second.bytes;
    }

private:
    std::mutex mutex_;
    std::map<char*, Allocation> all_;
    std::size_t used_ = 0;
};

/// A mark in a stream; `cudaEvent_t` points to one.
struct Event {
    std::shared_ptr<std::latch> reached;  // null where it was never recorded
    Clock clock;
    Alive alive;
};

/// Work that was recorded.
struct Graph {
    std::vector<Work> works;
    Alive alive;
};

/// A stream; `cudaStream_t` points to one.
class Stream {
public:
    ~Stream() {
        {
            const std::lock_guard lock(mutex_);
            is_ending_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

    void add(Work work) {
        {
            const std::lock_guard lock(mutex_);
            if (recording_) {
                recording_->works.push_back(std::move(work));
                return;
            }
            ++clock_[number];
            works_.push_back(std::move(work));
        }
        changed_.notify_all();
    }

    /// Waits for all work; returns the first failure since the last wait.
    cudaError_t wait() {
        std::unique_lock lock(mutex_);
        if (recording_) {
            return cudaErrorStreamCaptureUnsupported;
        }
        changed_.wait(lock, [this] { return works_.empty() && !is_working_; });
        return std::exchange(status_, cudaSuccess);
    }

    /// What is done before work that is added now.
    Clock clock() {
        const std::lock_guard lock(mutex_);
        return clock_;
    }

    /// Work that is added from now on comes after what the clock tells.
    void come_after(const Clock& clock) {
        const std::lock_guard lock(mutex_);
        for (const auto& [stream, position] : clock) {
            clock_[stream] = std::max(clock_[stream], position);
        }
    }

    [[nodiscard]] bool is_recording() {
        const std::lock_guard lock(mutex_);
        return recording_ != nullptr;
    }

    void record() { recording_ = std::make_unique<Graph>(); }
    std::unique_ptr<Graph> recorded() { return std::move(recording_); }

    const long number = next_number()++;
    const int gpu = current_gpu();

private:
    static std::atomic<long>& next_number() {
        static std::atomic<long> next{1};
        return next;
    }

    void run() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return is_ending_ || !works_.empty(); });
            if (works_.empty()) {
                return;
            }
            const Work work = std::move(works_.front());
            works_.pop_front();
            is_working_ = true;
            lock.unlock();
            const cudaError_t status = work.run();
            lock.lock();
            is_working_ = false;
            status_ = status_ == cudaSuccess ? status : status_;
            changed_.notify_all();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Work> works_;
    Clock clock_;
    std::unique_ptr<Graph> recording_;
    bool is_working_ = false;
    bool is_ending_ = false;
    cudaError_t status_ = cudaSuccess;
    Alive alive_;
    std::thread thread_{[this] { run(); }};
};

}  // namespace substitute
