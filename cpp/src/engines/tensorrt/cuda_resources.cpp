#include "cuda_resources.hpp"

#include <utility>

namespace skymask::engines::trt {

Stream::Stream() {
    check(cuda().cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "make a stream");
}

Stream::~Stream() { cuda().cudaStreamDestroy(stream_); }

void Stream::wait() const { check(cuda().cudaStreamSynchronize(stream_), "finish the masks"); }

void Stream::drain() const noexcept { trt::drain(stream_); }

void drain(cudaStream_t stream) noexcept {
    cuda().cudaStreamSynchronize(stream);
    cuda().cudaGetLastError();
}

Event::Event() { check(cuda().cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), "make an event"); }

Event::~Event() { cuda().cudaEventDestroy(event_); }

void Event::mark(cudaStream_t stream) {
    check(cuda().cudaEventRecord(event_, stream), "mark a stream");
    is_ahead_ = true;
}

void Event::hold_back(cudaStream_t stream) const {
    if (is_ahead_) {
        check(cuda().cudaStreamWaitEvent(stream, event_, 0), "make a stream wait");
    }
}

void Event::wait() {
    if (is_ahead_) {
        check(cuda().cudaEventSynchronize(event_), "finish the masks");
        is_ahead_ = false;
    }
}

void Event::drain() const noexcept {
    if (is_ahead_) {
        cuda().cudaEventSynchronize(event_);
        cuda().cudaGetLastError();
    }
}

template <Memory kind>
Buffer<kind>::~Buffer() {
    release();
}

template <Memory kind>
bool Buffer<kind>::reserve(std::size_t bytes) {
    if (bytes <= size_) {
        return false;
    }
    release();
    void* memory = nullptr;
    const std::string megabytes = std::to_string(bytes / 1'000'000 + 1) + " MB";
    if constexpr (kind == Memory::device) {
        check(cuda().cudaMalloc(&memory, bytes), "take " + megabytes + " of the GPU's memory");
    } else {
        check(cuda().cudaMallocHost(&memory, bytes), "pin " + megabytes + " of the host's memory");
    }
    data_ = static_cast<std::uint8_t*>(memory);
    size_ = bytes;
    return true;
}

template <Memory kind>
void Buffer<kind>::release() noexcept {
    size_ = 0;
    if (auto* memory = std::exchange(data_, nullptr)) {
        if constexpr (kind == Memory::device) {
            cuda().cudaFree(memory);
        } else {
            cuda().cudaFreeHost(memory);
        }
    }
}

template class Buffer<Memory::device>;
template class Buffer<Memory::pinned>;

Graph::~Graph() { reset(); }

void Graph::reset() noexcept {
    if (auto* executable = std::exchange(executable_, nullptr)) {
        cuda().cudaGraphExecDestroy(executable);
    }
}

bool Graph::finish(const Stream& stream, bool queued) {
    cudaGraph_t graph = nullptr;
    bool recorded = cuda().cudaStreamEndCapture(stream.get(), &graph) == cudaSuccess && graph != nullptr && queued;
    if (recorded && cuda().cudaGraphInstantiateWithFlags(&executable_, graph, 0) != cudaSuccess) {
        executable_ = nullptr;
        recorded = false;
    }
    if (graph != nullptr) {
        cuda().cudaGraphDestroy(graph);
    }
    if (!recorded) {
        cuda().cudaGetLastError();
    }
    return recorded;
}

void Graph::launch(const Stream& stream) const {
    check(cuda().cudaGraphLaunch(executable_, stream.get()), "start the masks");
}

}  // namespace skymask::engines::trt
