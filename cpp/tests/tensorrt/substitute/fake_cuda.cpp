// The CUDA runtime's functions on the CPU.
#include <cstring>

#include "fake_device.hpp"

namespace substitute {
namespace {

Allocations& allocations() {
    static auto* const all = new Allocations;  // outlives whatever a program keeps until its end
    return *all;
}

/// Without a stream it is the one that every program has.
Stream& stream_of(cudaStream_t stream) {
    static auto* const usual = new Stream;
    return stream == nullptr ? *usual : *reinterpret_cast<Stream*>(stream);
}

/// Each GPU has a stream of its own that every program has.
bool is_of_another_gpu(cudaStream_t stream) { return stream != nullptr && stream_of(stream).gpu != current_gpu(); }

Event& event_of(cudaEvent_t event) { return *reinterpret_cast<Event*>(event); }

/// While a thread records, CUDA refuses what would have to happen at once.
thread_local bool is_recording = false;

cudaError_t status_of(const char* name) { return static_cast<cudaError_t>(called(name)); }

bool has_driver() { return machine().driver >= 13000; }

}  // namespace

bool is_device_memory(const void* memory, std::size_t bytes) {
    return allocations().hold(memory, bytes, Kind::device);
}

cudaError_t queue(cudaStream_t stream, std::function<cudaError_t()> work) {
    stream_of(stream).add({.run = std::move(work)});
    return cudaSuccess;
}

bool Flight::begin(cudaStream_t stream) {
    const std::lock_guard lock(mutex_);
    Clock clock = stream_of(stream).clock();
    if (begun_ != ended_ && clock[stream_] < position_) {
        return false;
    }
    ++begun_;
    stream_ = stream_of(stream).number;
    position_ = clock[stream_] + 1;
    return true;
}

void Flight::end() {
    const std::lock_guard lock(mutex_);
    ++ended_;
}

bool Flight::is_over() {
    const std::lock_guard lock(mutex_);
    return begun_ == ended_;
}

cudaError_t queue_kernel(cudaStream_t stream, std::shared_ptr<Flight> flight, std::function<cudaError_t()> kernel) {
    if (is_of_another_gpu(stream)) {
        return cudaErrorInvalidResourceHandle;
    }
    if (!stream_of(stream).is_recording() && !flight->begin(stream)) {
        return cudaErrorLaunchFailure;
    }
    auto run = [flight, kernel = std::move(kernel)] {
        wait_while_held();
        const cudaError_t status = kernel();
        flight->end();
        return status;
    };
    stream_of(stream).add({.run = std::move(run), .flight = std::move(flight)});
    return cudaSuccess;
}

}  // namespace substitute

using namespace substitute;

#define FAIL_IF_ASKED()                                            \
    if (const cudaError_t status = status_of(__func__); status != cudaSuccess) { \
        return status;                                             \
    }

extern "C" {

cudaError_t cudaDriverGetVersion(int* version) {
    *version = machine().driver;
    return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
    *version = 13000;
    return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
    FAIL_IF_ASKED()
    if (!has_driver()) {
        return cudaErrorInsufficientDriver;
    }
    *count = machine().gpus;
    return machine().gpus > 0 ? cudaSuccess : cudaErrorNoDevice;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int /*device*/) {
    FAIL_IF_ASKED()
    *value = attribute == cudaDevAttrComputeCapabilityMajor ? machine().major : machine().minor;
    return cudaSuccess;
}

#undef cudaGetDeviceProperties
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int /*device*/) {
    FAIL_IF_ASKED()
    std::strncpy(properties->name, machine().name.c_str(), sizeof(properties->name) - 1);
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
    FAIL_IF_ASKED()
    if (device < 0 || device >= machine().gpus) {
        return cudaErrorInvalidDevice;
    }
    current_gpu() = device;
    return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
    FAIL_IF_ASKED()
    *device = current_gpu();
    return cudaSuccess;
}

const char* cudaGetErrorString(cudaError_t error) {
    return error == cudaErrorIllegalAddress ? "an illegal memory access was encountered" : "a CUDA error";
}

cudaError_t cudaGetLastError() { return cudaSuccess; }

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
    FAIL_IF_ASKED()
    return is_recording ? cudaErrorStreamCaptureUnsupported : allocations().take(memory, bytes, Kind::device);
}

cudaError_t cudaFree(void* memory) {
    FAIL_IF_ASKED()
    return allocations().release(memory, Kind::device);
}

cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
    FAIL_IF_ASKED()
    return is_recording ? cudaErrorStreamCaptureUnsupported : allocations().take(memory, bytes, Kind::pinned);
}

cudaError_t cudaFreeHost(void* memory) {
    FAIL_IF_ASKED()
    return allocations().release(memory, Kind::pinned);
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
    FAIL_IF_ASKED()
    const bool to_device = kind == cudaMemcpyHostToDevice;
    // The real one also takes memory that is not pinned, and is no longer asynchronous then.
    if (!allocations().hold(to, bytes, to_device ? Kind::device : Kind::pinned) ||
        !allocations().hold(from, bytes, to_device ? Kind::pinned : Kind::device)) {
        return cudaErrorInvalidValue;
    }
    return queue(stream, [=] {
        std::memcpy(to, from, bytes);
        return cudaSuccess;
    });
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned int /*flags*/) {
    FAIL_IF_ASKED()
    *stream = reinterpret_cast<cudaStream_t>(new Stream);
    return cudaSuccess;
}

// What is to be released is released, as in CUDA: its error is that of earlier work.
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    delete &stream_of(stream);
    FAIL_IF_ASKED()
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    const cudaError_t result = stream_of(stream).wait();
    FAIL_IF_ASKED()
    return result;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned int /*flags*/) {
    FAIL_IF_ASKED()
    *event = reinterpret_cast<cudaEvent_t>(new Event);
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
    delete &event_of(event);
    FAIL_IF_ASKED()
    return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    FAIL_IF_ASKED()
    if (stream_of(stream).is_recording()) {
        return cudaErrorStreamCaptureUnsupported;  // CUDA would make it a part of the graph
    }
    auto reached = std::make_shared<std::latch>(1);
    event_of(event).reached = reached;
    queue(stream, [reached] {
        reached->count_down();
        return cudaSuccess;
    });
    event_of(event).clock = stream_of(stream).clock();
    return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned int /*flags*/) {
    FAIL_IF_ASKED()
    if (stream_of(stream).is_recording()) {
        return cudaErrorStreamCaptureIsolation;
    }
    if (const auto reached = event_of(event).reached) {
        queue(stream, [reached] {
            reached->wait();
            return cudaSuccess;
        });
        stream_of(stream).come_after(event_of(event).clock);
    }
    return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    if (const auto reached = event_of(event).reached; reached != nullptr && !reached->try_wait()) {
        called("waiting for an event");
        reached->wait();
    }
    FAIL_IF_ASKED()
    return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode /*mode*/) {
    FAIL_IF_ASKED()
    stream_of(stream).record();
    is_recording = true;
    return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
    is_recording = false;
    auto recorded = stream_of(stream).recorded();
    FAIL_IF_ASKED()
    *graph = reinterpret_cast<cudaGraph_t>(recorded.release());
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long /*flags*/) {
    FAIL_IF_ASKED()
    auto copy = std::make_unique<Graph>();
    copy->works = reinterpret_cast<Graph*>(graph)->works;
    *executable = reinterpret_cast<cudaGraphExec_t>(copy.release());
    return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
    FAIL_IF_ASKED()
    if (is_of_another_gpu(stream)) {
        return cudaErrorInvalidResourceHandle;
    }
    for (const auto& work : reinterpret_cast<Graph*>(executable)->works) {
        if (work.flight != nullptr && !work.flight->begin(stream)) {
            return cudaErrorLaunchFailure;
        }
        stream_of(stream).add(work);
    }
    return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    delete reinterpret_cast<Graph*>(graph);
    FAIL_IF_ASKED()
    return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
    delete reinterpret_cast<Graph*>(executable);
    FAIL_IF_ASKED()
    return cudaSuccess;
}
}
