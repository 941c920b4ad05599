// Owners of what CUDA hands out. Each releases its own; none may outlive the device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cuda.hpp"

namespace skymask::engines::trt {

/// A stream that does not wait for other streams.
class Stream {
public:
    Stream();
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    [[nodiscard]] cudaStream_t get() const noexcept { return stream_; }

    /// Waits until everything queued is done. Throws Error where any of it failed.
    void wait() const;

    /// The same, whatever went wrong.
    void drain() const noexcept;

private:
    cudaStream_t stream_ = nullptr;
};

/// Waits until everything queued in a stream is done, whatever went wrong.
void drain(cudaStream_t stream) noexcept;

/// A place in a stream, of the caller's for example, that others wait for; where none was marked, nobody does.
class Event {
public:
    Event();
    ~Event();
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    /// Marks what is queued in the stream so far.
    void mark(cudaStream_t stream);

    /// What is queued in the stream from now on waits on the GPU until the place is reached.
    void hold_back(cudaStream_t stream) const;

    /// Waits until the place is reached.
    void wait();

    /// The same, whatever went wrong.
    void drain() const noexcept;

private:
    cudaEvent_t event_ = nullptr;
    bool is_ahead_ = false;  // marked, and not known to be reached
};

enum class Memory { device, pinned };

/// Memory of the GPU, or memory of the host that the GPU reads directly.
template <Memory kind>
class Buffer {
public:
    Buffer() = default;
    ~Buffer();
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    /// Makes room for `bytes`; true where the memory was replaced. What was in it is lost then.
    /// Throws Error where there is no memory left; the buffer is empty then.
    bool reserve(std::size_t bytes);

    [[nodiscard]] std::uint8_t* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    void release() noexcept;

    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

using DeviceBuffer = Buffer<Memory::device>;
using PinnedBuffer = Buffer<Memory::pinned>;

/// Work that was recorded once and is started as a whole.
class Graph {
public:
    Graph() = default;
    ~Graph();
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;

    /// Records what `work` queues in the stream. False, and no graph, where it cannot be recorded; nothing has run then.
    template <typename Work>
    bool record(const Stream& stream, const Work& work) {
        reset();
        // Only calls of this thread count: other slots may allocate meanwhile.
        if (cuda().cudaStreamBeginCapture(stream.get(), cudaStreamCaptureModeThreadLocal) != cudaSuccess) {
            cuda().cudaGetLastError();
            return false;
        }
        bool queued = true;
        try {
            work();
        } catch (...) {
            queued = false;
        }
        return finish(stream, queued);
    }

    void launch(const Stream& stream) const;
    void reset() noexcept;
    [[nodiscard]] explicit operator bool() const noexcept { return executable_ != nullptr; }

private:
    bool finish(const Stream& stream, bool queued);

    cudaGraphExec_t executable_ = nullptr;
};

}  // namespace skymask::engines::trt
