// What the parts of the substitute library share.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
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

/// Counts a call. Returns the code with which it is to fail, or 0.
int called(const char* name);

/// Counts what is alive; hold one in every object that has to be released.
class Alive {
public:
    Alive();
    ~Alive();
    Alive(const Alive&) = delete;
    Alive& operator=(const Alive&) = delete;
};

/// True where `bytes` from `memory` lie in one allocation of the device.
bool is_device_memory(const void* memory, std::size_t bytes);

/// Queues work in a stream, or records it where the stream is being captured. The work returns a CUDA status.
cudaError_t queue(cudaStream_t stream, std::function<cudaError_t()> work);

}  // namespace substitute
