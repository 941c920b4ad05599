// What the parts of the substitute library share.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include <cuda_runtime_api.h>

namespace substitute {

/// Settings by which tests make a machine; read by the fake CUDA and TensorRT.
struct Machine {
    int gpus = 1;
    std::string name = "Substitute GPU";
    int major = 8;
    int minor = 6;
    int driver = 13000;
    std::size_t memory = std::size_t{64} << 30;
    int version = 0;
    int parser_version = 0;
    int precision = 0;
};

/// Not locked: tests change it while nothing else runs.
Machine& machine();

/// The GPU that the calling thread has chosen.
int& current_gpu();

/// The one that was current when an engine was built last; -1 where none was.
std::atomic<int>& built_on();

/// Counts a call. Returns the code with which it is to fail, or 0.
int called(const char* name);

/// Counts what is alive; hold one in every object that has to be released. Where another GPU is current then than when
/// it was made, that is counted too.
class Alive {
public:
    Alive();
    ~Alive();
    Alive(const Alive&) = delete;
    Alive& operator=(const Alive&) = delete;

private:
    int gpu_;
};

/// True where `bytes` from `memory` lie in one allocation of the device.
bool is_device_memory(const void* memory, std::size_t bytes);

/// Kernels wait here while a test holds them back.
void wait_while_held();

/// Queues work in a stream, or records it where the stream is being captured. The work returns a CUDA status.
cudaError_t queue(cudaStream_t stream, std::function<cudaError_t()> work);

/// The kernels that a context has in streams; it must not be changed or start another before they are done.
class Flight {
public:
    /// Notes a kernel that is about to be queued in a stream. False where an earlier one may still run then.
    bool begin(cudaStream_t stream);

    void end();
    [[nodiscard]] bool is_over();

private:
    std::mutex mutex_;
    int begun_ = 0;
    int ended_ = 0;
    long stream_ = 0;    // of the last kernel
    long position_ = 0;  // in that stream
};

/// Queues a context's kernel, or records it. Returns cudaErrorLaunchFailure, also from the launch of a graph that holds
/// it, where an earlier kernel of the context may still run then, and cudaErrorInvalidResourceHandle where the stream
/// belongs to another GPU than the current one.
cudaError_t queue_kernel(cudaStream_t stream, std::shared_ptr<Flight> flight, std::function<cudaError_t()> kernel);

}  // namespace substitute
