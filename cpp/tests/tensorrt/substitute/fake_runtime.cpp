// TensorRT's runtime on the CPU: loads the plans of fake_builder.cpp and computes them with the reference engine.
#include <algorithm>
#include <cstring>
#include <memory>

#include "fake_nvinfer.hpp"
#include "reference.hpp"

namespace substitute {
namespace {

class ExecutionContext final : public nvinfer1::IExecutionContext, public nvinfer1::apiv::StandInVExecutionContext {
public:
    ExecutionContext(nvinfer1::ILogger& logger, PlanSizes sizes, std::shared_ptr<Reference> reference)
        : logger_(logger), sizes_(sizes), reference_(std::move(reference)) {
        mImpl = this;
    }

    ~ExecutionContext() override { is_idle(); }

    bool setInputShape(char const* name, nvinfer1::Dims const& dims) noexcept override {
        if (fails("setInputShape", &logger_) || !is_idle()) {
            return false;
        }
        bool fits = std::strcmp(name, "frame") == 0 && dims.nbDims == 4 && dims.d[3] == 3;
        for (int i = 0; fits && i < 3; ++i) {
            fits = dims.d[i] >= sizes_.smallest[i] && dims.d[i] <= sizes_.largest[i];
        }
        if (!fits) {
            complain(logger_, "the shape is outside the profile");
            return false;
        }
        shape_ = {static_cast<int>(dims.d[0]), static_cast<int>(dims.d[1]), static_cast<int>(dims.d[2])};
        has_scratch_ = false;  // its size changes with the shape
        return true;
    }

    std::size_t updateDeviceMemorySizeForShapes() noexcept override {
        called("updateDeviceMemorySizeForShapes");
        return 2 * shape_.mask_bytes();
    }

    void setDeviceMemoryV2(void* memory, std::int64_t size) noexcept override {
        called("setDeviceMemoryV2");
        has_scratch_ = is_idle() && static_cast<std::size_t>(size) >= 2 * shape_.mask_bytes() &&
                       is_device_memory(memory, static_cast<std::size_t>(size));
    }

    bool setTensorAddress(char const* name, void* data) noexcept override {
        if (fails("setTensorAddress", &logger_)) {
            return false;
        }
        (std::strcmp(name, "frame") == 0 ? frames_ : sky_) = static_cast<std::uint8_t*>(data);
        return true;
    }

    bool enqueueV3(cudaStream_t stream) noexcept override {
        if (fails("enqueueV3", &logger_)) {
            return false;
        }
        if (shape_.count == 0 || !has_scratch_ || !is_device_memory(frames_, shape_.frame_bytes()) ||
            !is_device_memory(sky_, shape_.mask_bytes())) {
            complain(logger_, "no shape, scratch memory or tensor addresses on the device");
            return false;
        }
        const auto kernel = [reference = reference_, frames = frames_, sky = sky_, shape = shape_] {
            if (const int code = called("kernel"); code != 0) {
                return static_cast<cudaError_t>(code);
            }
            reference->run(frames, shape, sky);
            return cudaSuccess;
        };
        if (const cudaError_t status = queue_kernel(stream, flight_, kernel); status != cudaSuccess) {
            complain(logger_, status == cudaErrorInvalidResourceHandle
                                  ? "the stream is of another GPU than the current one"
                                  : "the context may still be computing in another stream");
            return false;
        }
        return true;
    }

private:
    /// Whether nothing that was queued may still run; where it may, that is counted.
    bool is_idle() noexcept {
        if (!flight_->is_over()) {
            called("a context in use was changed");
            complain(logger_, "the context may still be computing");
            return false;
        }
        return true;
    }

    nvinfer1::ILogger& logger_;
    PlanSizes sizes_;
    std::shared_ptr<Reference> reference_;
    skymask::Shape shape_{.count = 0};
    std::uint8_t* frames_ = nullptr;
    std::uint8_t* sky_ = nullptr;
    bool has_scratch_ = false;
    std::shared_ptr<Flight> flight_ = std::make_shared<Flight>();
    Alive alive_;
};

#ifdef TRT_MAJOR_RTX
/// Stands for the kernels that were compiled.
class RuntimeCache final : public nvinfer1::IRuntimeCache, public nvinfer1::apiv::StandInVRuntimeCache {
public:
    RuntimeCache() { mImpl = this; }
    nvinfer1::IHostMemory* serialize() const noexcept override {
        return called("serializeRuntimeCache") != 0 ? nullptr : new HostMemory({'k', 'e', 'r', 'n', 'e', 'l', 's'});
    }
    bool deserialize(void const* blob, std::size_t size) noexcept override {
        return called("deserializeRuntimeCache") == 0 && size == 7 && std::memcmp(blob, "kernels", 7) == 0;
    }

private:
    Alive alive_;
};

class RuntimeConfig final : public nvinfer1::IRuntimeConfig, public nvinfer1::apiv::StandInVRuntimeConfig {
public:
    RuntimeConfig() { mImpl = this; }
    void setExecutionContextAllocationStrategy(nvinfer1::ExecutionContextAllocationStrategy strategy) noexcept override {
        allocation = strategy;
    }
    void setDynamicShapesKernelSpecializationStrategy(
        nvinfer1::DynamicShapesKernelSpecializationStrategy strategy) noexcept override {
        is_eager = strategy == nvinfer1::DynamicShapesKernelSpecializationStrategy::kEAGER;
    }
    nvinfer1::IRuntimeCache* createRuntimeCache() const noexcept override {
        return called("createRuntimeCache") != 0 ? nullptr : new RuntimeCache;
    }
    bool setRuntimeCache(nvinfer1::IRuntimeCache const& /*cache*/) noexcept override {
        return called("setRuntimeCache") == 0;
    }

    nvinfer1::ExecutionContextAllocationStrategy allocation{};
    bool is_eager = false;

private:
    Alive alive_;
};
#endif

class CudaEngine final : public nvinfer1::ICudaEngine, public nvinfer1::apiv::StandInVCudaEngine {
public:
    CudaEngine(nvinfer1::ILogger& logger, PlanSizes sizes, std::shared_ptr<Reference> reference)
        : logger_(logger), sizes_(sizes), reference_(std::move(reference)) {
        mImpl = this;
    }

    nvinfer1::IExecutionContext* createExecutionContext(
        nvinfer1::ExecutionContextAllocationStrategy strategy) noexcept override {
        if (fails("createExecutionContext", &logger_)) {
            return nullptr;
        }
        if (strategy != nvinfer1::ExecutionContextAllocationStrategy::kUSER_MANAGED) {
            complain(logger_, "memory of the context should be the caller's");
            return nullptr;
        }
        return new ExecutionContext(logger_, sizes_, reference_);
    }

#ifdef TRT_MAJOR_RTX
    nvinfer1::IRuntimeConfig* createRuntimeConfig() noexcept override {
        return fails("createRuntimeConfig", &logger_) ? nullptr : new RuntimeConfig;
    }

    nvinfer1::IExecutionContext* createExecutionContextWithRuntimeConfig(
        nvinfer1::IRuntimeConfig* config) noexcept override {
        const auto& settings = static_cast<RuntimeConfig&>(*config);
        if (!settings.is_eager) {
            complain(logger_, "kernels should be compiled before graphs are recorded");
            return nullptr;
        }
        return createExecutionContext(settings.allocation);
    }
#endif

private:
    nvinfer1::ILogger& logger_;
    PlanSizes sizes_;
    std::shared_ptr<Reference> reference_;
    Alive alive_;
};

class Runtime final : public nvinfer1::IRuntime, public nvinfer1::apiv::StandInVRuntime {
public:
    explicit Runtime(nvinfer1::ILogger& logger) : logger_(logger) { mImpl = this; }

    nvinfer1::ICudaEngine* deserializeCudaEngine(void const* blob, std::size_t size) noexcept override {
        if (fails("deserializeCudaEngine", &logger_)) {
            return nullptr;
        }
        const auto* bytes = static_cast<const std::uint8_t*>(blob);
        constexpr std::size_t start = sizeof(plan_magic) + sizeof(PlanSizes);
        if (size < start || std::memcmp(bytes, plan_magic, sizeof(plan_magic)) != 0) {
            complain(logger_, "this is no plan of mine");
            return nullptr;
        }
        PlanSizes sizes;
        std::memcpy(&sizes, bytes + sizeof(plan_magic), sizeof(sizes));
        try {
            return new CudaEngine(logger_, sizes, reference_for({bytes + start, bytes + size}));
        } catch (const std::exception& error) {
            complain(logger_, error.what());
            return nullptr;
        }
    }

private:
    nvinfer1::ILogger& logger_;
    Alive alive_;
};

}  // namespace
}  // namespace substitute

extern "C" {

int getInferLibVersion() noexcept {
    return substitute::machine().version != 0 ? substitute::machine().version : static_cast<int>(NV_TENSORRT_VERSION);
}

void* createInferRuntime_INTERNAL(void* logger, int version) noexcept {
    auto* const log = static_cast<nvinfer1::ILogger*>(logger);
    if (substitute::fails("createInferRuntime", log) || version != getInferLibVersion()) {
        return nullptr;
    }
    // As the interface: the pointer is to the public class, whatever else the object is.
    return static_cast<nvinfer1::IRuntime*>(new substitute::Runtime(*log));
}
}
