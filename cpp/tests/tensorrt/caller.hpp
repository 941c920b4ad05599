// What a caller has on the substitute GPU himself.
#pragma once

#include <cstddef>
#include <cstdint>

#include "substitute.hpp"

/// Memory of the substitute GPU.
class DeviceMemory {
public:
    explicit DeviceMemory(std::size_t bytes) {
        Substitute::function<int (*)(void**, std::size_t)>("cudaMalloc")(&memory_, bytes);
    }
    ~DeviceMemory() { Substitute::function<int (*)(void*)>("cudaFree")(memory_); }
    DeviceMemory(const DeviceMemory&) = delete;
    DeviceMemory& operator=(const DeviceMemory&) = delete;
    [[nodiscard]] std::uint8_t* data() const { return static_cast<std::uint8_t*>(memory_); }

private:
    void* memory_ = nullptr;
};

/// A stream of the caller.
class CallerStream {
public:
    CallerStream() { Substitute::function<int (*)(void**, unsigned)>("cudaStreamCreateWithFlags")(&stream_, 0); }
    ~CallerStream() { Substitute::function<int (*)(void*)>("cudaStreamDestroy")(stream_); }
    CallerStream(const CallerStream&) = delete;
    CallerStream& operator=(const CallerStream&) = delete;
    [[nodiscard]] void* get() const { return stream_; }
    [[nodiscard]] int wait() const { return Substitute::function<int (*)(void*)>("cudaStreamSynchronize")(stream_); }

private:
    void* stream_ = nullptr;
};
