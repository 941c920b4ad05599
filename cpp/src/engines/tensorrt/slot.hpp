#pragma once

#include <cstdint>
#include <memory>

#include <skymask/engine.hpp>

#include "cuda_resources.hpp"
#include "nvinfer.hpp"

namespace skymask::engines::trt {

/// One frame (or batch) in flight: its context, stream and memory. Calls must not overlap; shapes are checked already.
///
/// A frame's way: pinned host memory -> device -> masks on the device -> pinned host memory -> the caller's. The copies
/// and the computation are queued in the slot's own stream, so that those of one slot overlap with another's
/// computation. From the second frame of a size on, the whole way is one CUDA graph: one launch in place of hundreds.
class Slot {
public:
    /// gpu: number of the GPU that the plan is on; the current one now and when the slot goes.
    Slot(Plan& plan, int gpu);
    ~Slot();
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    /// See Engine::staging.
    std::uint8_t* staging(Shape shape);

    /// See Engine::start. Throws InputError where the slot still computes, Error where CUDA or TensorRT fails.
    void start(const std::uint8_t* frames, Shape shape, std::uint8_t* sky);

    /// See Engine::wait.
    void wait();

    /// See Engine::run_on_device.
    void run_on_device(const void* frames, Shape shape, void* sky, cudaStream_t stream);

private:
    void prepare(Shape shape);
    void queue();
    void launch();
    void forget() noexcept;

    int gpu_;
    Stream stream_;
    Event on_device_;  // the end of what was last queued in a stream of the caller
    PinnedBuffer frames_in_;
    PinnedBuffer sky_out_;
    DeviceBuffer frames_;
    DeviceBuffer sky_;
    DeviceBuffer scratch_;
    std::unique_ptr<Context> context_;  // goes before the memory it uses
    Graph graph_;
    Shape shape_{.count = 0};           // what context and graph are set to; none at first and after a failure
    int runs_ = 0;                      // of this shape, before the graph
    bool can_record_ = true;
    std::uint8_t* target_ = nullptr;    // where `wait` puts the masks; null when idle
};

}  // namespace skymask::engines::trt
