#pragma once

#include <algorithm>
#include <mutex>
#include <string>

namespace skymask::engines::trt {

/// Keeps the first errors that TensorRT reports, to end up in an exception; a library must not print. Thread-safe.
class Messages {
public:
    void add(const char* text) {
        const std::lock_guard lock(mutex_);
        if (text_.size() < longest) {
            text_ += (text_.empty() ? "" : " | ") + std::string(text);
            std::ranges::replace(text_, '\n', ' ');
        }
    }

    /// What was reported since the last call, and forgets it.
    [[nodiscard]] std::string take() {
        const std::lock_guard lock(mutex_);
        std::string taken = text_.empty() ? "TensorRT gave no reason" : text_;
        text_.clear();
        return taken;
    }

private:
    static constexpr std::size_t longest = 600;  // the first errors tell; the rest follows from them

    std::mutex mutex_;
    std::string text_;
};

}  // namespace skymask::engines::trt
