// The CUDA runtime, loaded while the program runs: the functions that are needed, and nothing linked.
#pragma once

#include <cstddef>
#include <string>

#include <cuda_runtime_api.h>

#include "shared_library.hpp"

namespace skymask::engines::trt {

/// All have had the same signature since CUDA 11.4, so one table serves CUDA 11, 12 and 13.
#define SKYMASK_CUDA_FUNCTIONS(X)  \
    X(cudaDriverGetVersion)        \
    X(cudaRuntimeGetVersion)       \
    X(cudaGetDeviceCount)          \
    X(cudaDeviceGetAttribute)      \
    X(cudaGetDevice)               \
    X(cudaSetDevice)               \
    X(cudaGetErrorString)          \
    X(cudaGetLastError)            \
    X(cudaMalloc)                  \
    X(cudaFree)                    \
    X(cudaMallocHost)              \
    X(cudaFreeHost)                \
    X(cudaMemcpyAsync)             \
    X(cudaStreamCreateWithFlags)   \
    X(cudaStreamDestroy)           \
    X(cudaStreamSynchronize)       \
    X(cudaStreamWaitEvent)         \
    X(cudaEventCreateWithFlags)    \
    X(cudaEventDestroy)            \
    X(cudaEventRecord)             \
    X(cudaEventSynchronize)        \
    X(cudaStreamBeginCapture)      \
    X(cudaStreamEndCapture)        \
    X(cudaGraphInstantiateWithFlags) \
    X(cudaGraphLaunch)             \
    X(cudaGraphDestroy)            \
    X(cudaGraphExecDestroy)

/// The functions of the loaded CUDA runtime.
struct Cuda {
#define SKYMASK_DECLARE(name) decltype(&::name) name = nullptr;
    SKYMASK_CUDA_FUNCTIONS(SKYMASK_DECLARE)
#undef SKYMASK_DECLARE
    /// cudaGetDeviceProperties; its structure differs between versions, but begins with the name in all of them.
    cudaError_t (*properties)(void* properties, int device) = nullptr;
    SharedLibrary library;
};

/// An NVIDIA GPU.
struct Gpu {
    int index = 0;
    std::string name;
    int major = 0;  ///< of its compute capability
    int minor = 0;
};

/// The CUDA runtime. Throws EngineError where none is found.
[[nodiscard]] const Cuda& cuda();

/// Why no NVIDIA GPU can be used here, and the remedy; empty where one can. Does not throw.
[[nodiscard]] std::string cuda_problem();

/// The GPU of a number. Throws EngineError where there is none.
[[nodiscard]] Gpu find_gpu(int index);

/// Makes a GPU the calling thread's current one, which new memory and streams belong to. When this goes, the one that
/// the caller had chosen is it again.
class CurrentGpu {
public:
    /// Throws Error where the GPU cannot be selected.
    explicit CurrentGpu(int index);
    ~CurrentGpu();
    CurrentGpu(const CurrentGpu&) = delete;
    CurrentGpu& operator=(const CurrentGpu&) = delete;

private:
    int index_;
    int before_ = 0;
};

/// Throws Error naming `what` was done where a call failed.
void check(cudaError_t status, const std::string& what);

}  // namespace skymask::engines::trt
