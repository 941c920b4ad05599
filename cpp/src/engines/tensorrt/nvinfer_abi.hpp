// The vendor's headers, and everything in which their versions differ. Only nvinfer_abi.cpp includes this.
//
// CMake compiles with -Dnvinfer1=nvinfer1_<abi> -Dnvonnxparser=nvonnxparser_<abi> -DSKYMASK_ABI=<abi>: the inline
// functions of several sets of headers would otherwise be merged by the linker, and calls would land in wrong slots of
// the virtual tables. The names of C++ namespaces never cross to the library; its few entry points are extern "C".
#pragma once

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#endif

#include <NvInfer.h>
#if __has_include(<NvOnnxParser.h>)
#define SKYMASK_HAS_PARSER 1
#include <NvOnnxParser.h>
#else
#define SKYMASK_HAS_PARSER 0
#endif

#include "nvinfer.hpp"

namespace skymask::engines::trt::SKYMASK_ABI {

#ifdef TRT_MAJOR_RTX
inline constexpr bool is_rtx = true;
// TensorRT for RTX took over the interface of TensorRT 11 with 1.5. Older ones than 1.3 were not looked at.
inline constexpr int level = TRT_MINOR_RTX < 5 ? 10 : 11;
inline constexpr int first_version = level == 10 ? 10300 : 10500;
inline constexpr int end_version = level == 10 ? 10500 : 20000;
#else
inline constexpr bool is_rtx = false;
inline constexpr int level = NV_TENSORRT_MAJOR;
// 10.3 (the one of JetPack 6.1) has everything that is called here.
inline constexpr int first_version = level == 10 ? 100300 : level * 10000;
inline constexpr int end_version = (level + 1) * 10000;
#endif

[[nodiscard]] inline std::vector<std::uint8_t> bytes_of(const nvinfer1::IHostMemory& memory) {
    const auto* first = static_cast<const std::uint8_t*>(memory.data());
    return {first, first + memory.size()};
}

#if SKYMASK_HAS_PARSER
using Parser = nvonnxparser::IParser;
#else
struct Parser {};
#endif

/// A network whose layers compute in the types of the graph; TensorRT 11 knows no other.
inline nvinfer1::INetworkDefinition* new_network(nvinfer1::IBuilder& builder) {
#if defined(TRT_MAJOR_RTX) ? (TRT_MINOR_RTX < 5) : (NV_TENSORRT_MAJOR < 11)
    return builder.createNetworkV2(1U << static_cast<unsigned>(nvinfer1::NetworkDefinitionCreationFlag::kSTRONGLY_TYPED));
#else
    return builder.createNetworkV2(0);
#endif
}

/// Names the GPUs to build for; with none, the one that is present. False where one is not known to this library.
inline bool set_targets([[maybe_unused]] nvinfer1::IBuilderConfig& config,
                        [[maybe_unused]] const std::vector<ComputeCapability>& targets) {
#ifdef TRT_MAJOR_RTX
    if (targets.empty()) {
        return config.setNbComputeCapabilities(1) &&
               config.setComputeCapability(nvinfer1::ComputeCapability::kCURRENT, 0);
    }
    bool accepted = config.setNbComputeCapabilities(static_cast<std::int32_t>(targets.size()));
    for (std::size_t index = 0; accepted && index < targets.size(); ++index) {
        const int number = 10 * targets[index].major + targets[index].minor;
        accepted = config.setComputeCapability(static_cast<nvinfer1::ComputeCapability>(number),
                                               static_cast<std::int32_t>(index));
    }
    return accepted;
#else
    return targets.empty();
#endif
}

/// Makes contexts whose memory is the caller's: taken for the size of the frames that come, not for the largest that
/// might.
#ifdef TRT_MAJOR_RTX
class ContextMaker {
public:
    ContextMaker(nvinfer1::ICudaEngine& engine, const std::vector<std::uint8_t>& kernels)
        : engine_(engine), config_(engine.createRuntimeConfig()) {
        if (config_ == nullptr) {
            return;
        }
        config_->setExecutionContextAllocationStrategy(nvinfer1::ExecutionContextAllocationStrategy::kUSER_MANAGED);
        // All kernels of a size are compiled before its first frame is computed. By default some are swapped in later,
        // which a CUDA graph that was recorded meanwhile would never see.
        config_->setDynamicShapesKernelSpecializationStrategy(
            nvinfer1::DynamicShapesKernelSpecializationStrategy::kEAGER);
        cache_.reset(config_->createRuntimeCache());
        if (cache_ != nullptr) {
            if (!kernels.empty()) {
                cache_->deserialize(kernels.data(), kernels.size());
            }
            config_->setRuntimeCache(*cache_);
        }
    }

    [[nodiscard]] nvinfer1::IExecutionContext* make() {
        return config_ != nullptr ? engine_.createExecutionContext(config_.get()) : nullptr;
    }

    /// What was compiled for this GPU.
    [[nodiscard]] std::vector<std::uint8_t> kernels() const {
        const std::unique_ptr<nvinfer1::IHostMemory> memory(cache_ != nullptr ? cache_->serialize() : nullptr);
        return memory != nullptr ? bytes_of(*memory) : std::vector<std::uint8_t>{};
    }

private:
    nvinfer1::ICudaEngine& engine_;
    std::unique_ptr<nvinfer1::IRuntimeConfig> config_;
    std::unique_ptr<nvinfer1::IRuntimeCache> cache_;
};
#else
class ContextMaker {
public:
    ContextMaker(nvinfer1::ICudaEngine& engine, const std::vector<std::uint8_t>& /*kernels*/) : engine_(engine) {}

    [[nodiscard]] nvinfer1::IExecutionContext* make() {
        return engine_.createExecutionContext(nvinfer1::ExecutionContextAllocationStrategy::kUSER_MANAGED);
    }

    /// TensorRT compiles everything when it builds.
    [[nodiscard]] std::vector<std::uint8_t> kernels() const { return {}; }

private:
    nvinfer1::ICudaEngine& engine_;
};
#endif

#ifdef TRT_MAJOR_RTX
/// TensorRT for RTX times nothing: it chooses kernels on the user's machine.
class Timings {
public:
    Timings(nvinfer1::IBuilderConfig& /*config*/, const std::vector<std::uint8_t>& /*earlier*/) {}
    [[nodiscard]] std::vector<std::uint8_t> serialize() const { return {}; }
};
#else
/// How fast the kernels were that earlier builds tried.
class Timings {
public:
    Timings(nvinfer1::IBuilderConfig& config, const std::vector<std::uint8_t>& earlier)
        : cache_(config.createTimingCache(earlier.data(), earlier.size())) {
        if (cache_ != nullptr) {
            config.setTimingCache(*cache_, false);  // one of another GPU is ignored
        }
    }

    [[nodiscard]] std::vector<std::uint8_t> serialize() const {
        const std::unique_ptr<nvinfer1::IHostMemory> memory(cache_ != nullptr ? cache_->serialize() : nullptr);
        return memory != nullptr ? bytes_of(*memory) : std::vector<std::uint8_t>{};
    }

private:
    std::unique_ptr<nvinfer1::ITimingCache> cache_;
};
#endif

}  // namespace skymask::engines::trt::SKYMASK_ABI

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
