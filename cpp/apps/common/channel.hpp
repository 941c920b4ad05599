// A bounded queue between two threads that can end from either side.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace skymask::apps {

/// Passes items from one writer to one reader, in order. Safe to use from several threads.
template <class Item>
class Channel {
public:
    /// depth: how many items may wait, at least 1.
    explicit Channel(std::size_t depth) : depth_(depth) {}

    /// Adds an item, waiting for room. Returns whether it was taken: nobody has cancelled.
    bool put(Item item) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return items_.size() < depth_ || cancelled_; });
        if (cancelled_) {
            return false;
        }
        items_.push_back(std::move(item));
        changed_.notify_all();
        return true;
    }

    /// Adds an item and never waits: where there is no room, the newest of those waiting makes it, and is returned in
    /// `dropped` as true. Returns whether the item was taken.
    bool put_newest(Item item, bool& dropped) {
        const std::lock_guard lock(mutex_);
        dropped = items_.size() >= depth_;
        if (cancelled_) {
            return false;
        }
        if (dropped) {
            items_.pop_back();
        }
        items_.push_back(std::move(item));
        changed_.notify_all();
        return true;
    }

    /// Takes the next item, waiting for it; nothing once there will be none. Throws what the writer gave to `finish`,
    /// after everything before it has been read.
    std::optional<Item> get() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return is_ready(); });
        return take();
    }

    /// Takes the next item if one waits, without waiting for it. Nothing may also mean that there will be none.
    std::optional<Item> try_get() {
        const std::lock_guard lock(mutex_);
        return items_.empty() ? std::nullopt : take();
    }

    /// As `get`, but gives up after `limit`; `in_time` says whether it did not.
    std::optional<Item> get_for(std::chrono::milliseconds limit, bool& in_time) {
        std::unique_lock lock(mutex_);
        in_time = changed_.wait_for(lock, limit, [&] { return is_ready(); });
        return in_time ? take() : std::nullopt;
    }

    /// The writer's last word: no more items, and why, if that is an error. What waits can still be read.
    void finish(std::exception_ptr error = nullptr) {
        const std::lock_guard lock(mutex_);
        finished_ = true;
        error_ = std::move(error);
        changed_.notify_all();
    }

    /// The reader's last word, or that of a third party: what waits is thrown away, nobody waits any longer.
    void cancel() {
        const std::lock_guard lock(mutex_);
        cancelled_ = true;
        items_.clear();
        changed_.notify_all();
    }

private:
    [[nodiscard]] bool is_ready() const { return !items_.empty() || finished_ || cancelled_; }

    std::optional<Item> take() {
        if (!items_.empty()) {
            std::optional<Item> item(std::move(items_.front()));
            items_.pop_front();
            changed_.notify_all();
            return item;
        }
        if (error_ && !cancelled_) {
            std::rethrow_exception(error_);
        }
        return std::nullopt;
    }

    std::size_t depth_;
    std::deque<Item> items_;
    bool finished_ = false;
    bool cancelled_ = false;
    std::exception_ptr error_;
    std::mutex mutex_;
    std::condition_variable changed_;
};

}  // namespace skymask::apps
