#include "slot.hpp"

#include <cstring>
#include <utility>

#include <skymask/error.hpp>

namespace skymask::engines::trt {

Slot::Slot(Plan& plan, int gpu) : gpu_(gpu), context_(plan.new_context()) {}

Slot::~Slot() {
    // The GPU may still write into the memory that goes now.
    stream_.drain();
    on_device_.drain();
}

std::uint8_t* Slot::staging(Shape shape) {
    const CurrentGpu current(gpu_);
    if (shape.frame_bytes() > frames_in_.size()) {
        stream_.drain();  // it may be read by a frame that nobody waited for
        forget();         // the graph knows the old address
        frames_in_.reserve(shape.frame_bytes());
    }
    return frames_in_.data();
}

void Slot::start(const std::uint8_t* frames, Shape shape, std::uint8_t* sky) {
    if (target_ != nullptr) {
        throw InputError("The slot is still computing; wait for it before it is started again.");
    }
    try {
        const CurrentGpu current(gpu_);
        prepare(shape);
        on_device_.hold_back(stream_.get());  // here, as a graph must not wait for what is outside of it
        if (frames != frames_in_.data()) {
            std::memcpy(frames_in_.data(), frames, shape.frame_bytes());
        }
        launch();
        target_ = sky;
    } catch (...) {
        stream_.drain();
        forget();
        throw;
    }
}

/// Makes room for frames of a shape, and tells TensorRT.
void Slot::prepare(Shape shape) {
    if (shape == shape_) {
        return;
    }
    forget();
    on_device_.wait();  // the context must not be changed while it computes
    frames_in_.reserve(shape.frame_bytes());
    sky_out_.reserve(shape.mask_bytes());
    frames_.reserve(shape.frame_bytes());
    sky_.reserve(shape.mask_bytes());
    const std::size_t scratch = context_->set_shape(shape);
    scratch_.reserve(scratch);
    context_->set_scratch(scratch_.data(), scratch_.size());
    shape_ = shape;
}

/// Queues a frame's whole way.
void Slot::queue() {
    check(cuda().cudaMemcpyAsync(frames_.data(), frames_in_.data(), shape_.frame_bytes(), cudaMemcpyHostToDevice,
                                 stream_.get()),
          "copy frames to the GPU");
    context_->enqueue(frames_.data(), sky_.data(), stream_.get());
    check(cuda().cudaMemcpyAsync(sky_out_.data(), sky_.data(), shape_.mask_bytes(), cudaMemcpyDeviceToHost,
                                 stream_.get()),
          "copy masks from the GPU");
}

void Slot::launch() {
    // TensorRT finishes setting up while the first frame of a size is queued; that must not be recorded.
    if (!graph_ && can_record_ && runs_ > 0) {
        can_record_ = graph_.record(stream_, [this] { queue(); });
    }
    if (graph_) {
        graph_.launch(stream_);
    } else {
        queue();
        ++runs_;
    }
}

void Slot::wait() {
    std::uint8_t* const target = std::exchange(target_, nullptr);
    if (target == nullptr) {
        return;
    }
    try {
        const CurrentGpu current(gpu_);
        stream_.wait();
    } catch (...) {
        stream_.drain();
        forget();
        throw;
    }
    std::memcpy(target, sky_out_.data(), shape_.mask_bytes());
}

void Slot::run_on_device(const void* frames, Shape shape, void* sky, cudaStream_t stream) {
    if (target_ != nullptr) {
        throw InputError("The slot is still computing; wait for it before it is started again.");
    }
    try {
        const CurrentGpu current(gpu_);
        prepare(shape);
        on_device_.hold_back(stream);
        context_->enqueue(frames, sky, stream);
        on_device_.mark(stream);
        ++runs_;
    } catch (...) {
        drain(stream);
        forget();
        throw;
    }
}

/// The next frame starts from nothing, as after the slot was made.
void Slot::forget() noexcept {
    graph_.reset();
    shape_ = Shape{.count = 0};
    runs_ = 0;
    can_record_ = true;
}

}  // namespace skymask::engines::trt
