#include "cuda.hpp"

#include <array>
#include <vector>

#include <skymask/error.hpp>

namespace skymask::engines::trt {
namespace {

const std::vector<std::string>& library_names() {
#ifdef _WIN32
    static const std::vector<std::string> names{"cudart64_13.dll", "cudart64_12.dll", "cudart64_110.dll"};
#else
    static const std::vector<std::string> names{"libcudart.so.13", "libcudart.so.12", "libcudart.so.11.0"};
#endif
    return names;
}

/// The table, `library` empty where no whole CUDA runtime is found.
Cuda load() {
    Cuda found;
    SharedLibrary library = SharedLibrary::first_of(library_names());
    if (!library) {
        return found;
    }
    bool whole = true;
#define SKYMASK_LOAD(name)                                     \
    found.name = library.function<decltype(&::name)>(#name);   \
    whole = whole && found.name != nullptr;
    SKYMASK_CUDA_FUNCTIONS(SKYMASK_LOAD)
#undef SKYMASK_LOAD
    found.properties = library.function<decltype(found.properties)>("cudaGetDeviceProperties");
    if (whole && found.properties != nullptr) {
        found.library = library;
    }
    return found;
}

/// Loaded once: a CUDA runtime must not be unloaded while a driver's context is alive.
const Cuda& table() {
    static const Cuda loaded = load();
    return loaded;
}

std::string cuda_version_text(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string driver_problem() {
    int driver = 0;
    int runtime = 0;
    table().cudaDriverGetVersion(&driver);
    table().cudaRuntimeGetVersion(&runtime);
    if (driver == 0) {
        return "no NVIDIA driver was found. Install one (https://www.nvidia.com/drivers), or use the engine 'openvino'.";
    }
    return "the NVIDIA driver is too old: it serves CUDA " + cuda_version_text(driver) + ", but CUDA " +
           cuda_version_text(runtime) + " was loaded. Update the driver, or install an older CUDA runtime.";
}

}  // namespace

const Cuda& cuda() {
    if (!table().library) {
        std::string names;
        for (const std::string& name : library_names()) {
            names += (names.empty() ? "" : ", ") + name;
        }
        throw EngineError("TensorRT cannot be used: the CUDA runtime was not found (looked for " + names +
                          "). Install it and add its folder to LD_LIBRARY_PATH, or use the engine 'openvino'.");
    }
    return table();
}

std::string cuda_problem() {
    try {
        int count = 0;
        // First of all calls: without a driver TensorRT's own functions return pointers that must not be used.
        const cudaError_t status = cuda().cudaGetDeviceCount(&count);
        if (status == cudaErrorInsufficientDriver) {
            return "TensorRT cannot be used: " + driver_problem();
        }
        if (status == cudaErrorNoDevice || (status == cudaSuccess && count == 0)) {
            return "TensorRT cannot be used: no NVIDIA GPU was found. Use the engine 'openvino' on this machine.";
        }
        if (status != cudaSuccess) {
            return std::string("TensorRT cannot be used: CUDA does not start: ") + cuda().cudaGetErrorString(status) +
                   ". Does nvidia-smi list the GPU?";
        }
        return {};
    } catch (const Error& error) {
        return error.what();
    }
}

Gpu find_gpu(int index) {
    if (const std::string problem = cuda_problem(); !problem.empty()) {
        throw EngineError(problem);
    }
    int count = 0;
    check(cuda().cudaGetDeviceCount(&count), "count the GPUs");
    if (index < 0 || index >= count) {
        throw EngineError("There is no NVIDIA GPU number " + std::to_string(index) + ": this machine has " +
                          std::to_string(count) + ", numbered from 0.");
    }
    Gpu gpu{.index = index, .name = {}, .major = 0, .minor = 0};
    check(cuda().cudaDeviceGetAttribute(&gpu.major, cudaDevAttrComputeCapabilityMajor, index), "look at the GPU");
    check(cuda().cudaDeviceGetAttribute(&gpu.minor, cudaDevAttrComputeCapabilityMinor, index), "look at the GPU");
    // Four times the size of the structure in any version of CUDA.
    alignas(16) std::array<char, 4096> properties{};
    check(cuda().properties(properties.data(), index), "look at the GPU");
    properties[255] = '\0';
    gpu.name = properties.data();
    return gpu;
}

CurrentGpu::CurrentGpu(int index) : index_(index) {
    check(cuda().cudaGetDevice(&before_), "ask for the current GPU");
    check(cuda().cudaSetDevice(index_), "select the GPU");
}

CurrentGpu::~CurrentGpu() {
    // Not where it is the same: with CUDA 12 and later, selecting a GPU takes memory of it.
    if (before_ != index_ && cuda().cudaSetDevice(before_) != cudaSuccess) {
        cuda().cudaGetLastError();
    }
}

void check(cudaError_t status, const std::string& what) {
    if (status == cudaSuccess) {
        return;
    }
    const std::string reason = cuda().cudaGetErrorString(status);
    cuda().cudaGetLastError();  // an error that is not sticky must not be reported again by the next call
    if (status == cudaErrorMemoryAllocation) {
        throw Error("The GPU is out of memory: it could not " + what +
                    ". Use smaller frames or batches, fewer frames in flight, or end other programs on the GPU.");
    }
    throw Error("CUDA could not " + what + ": " + reason + ".");
}

}  // namespace skymask::engines::trt
