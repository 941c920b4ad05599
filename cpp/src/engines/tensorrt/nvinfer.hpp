// TensorRT as this engine sees it, without a vendor's header.
//
// TensorRT's C++ interface is a set of virtual tables, and these differ: 10.x from 11.x, and TensorRT for RTX from both.
// Within one of the four (an "ABI" here) newer versions only append. So nvinfer_abi.cpp is compiled once for each set
// of headers that the build was given, and what fits the library found on the machine is used.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <skymask/engine.hpp>

#include "shared_library.hpp"

struct CUstream_st;

namespace skymask::engines::trt {

/// Sizes of frames that an engine takes, and the one it is fastest for.
struct Sizes {
    Shape smallest;
    Shape usual;
    Shape largest;

    [[nodiscard]] bool contain(Shape shape) const noexcept;
    bool operator==(const Sizes&) const = default;
};

/// Such as 8.6, an RTX 3060.
struct ComputeCapability {
    int major = 0;
    int minor = 0;

    [[nodiscard]] std::string text() const { return std::to_string(major) + "." + std::to_string(minor); }
    auto operator<=>(const ComputeCapability&) const = default;
};

/// One model being computed; contexts of one plan may be used from several threads, each by one at a time.
class Context {
public:
    virtual ~Context() = default;

    /// Sets the size of the next frames. Returns the bytes of device memory needed beside frames and masks.
    virtual std::size_t set_shape(Shape shape) = 0;

    virtual void set_scratch(void* memory, std::size_t bytes) = 0;

    /// Queues the computation; frames and sky are device memory. Throws Error.
    virtual void enqueue(const void* frames, void* sky, CUstream_st* stream) = 0;
};

/// An engine in TensorRT's sense.
class Plan {
public:
    virtual ~Plan() = default;
    [[nodiscard]] virtual std::unique_ptr<Context> new_context() = 0;

    /// TensorRT for RTX: the kernels compiled so far, for `Nvinfer::load` at the next start; else empty.
    [[nodiscard]] virtual std::vector<std::uint8_t> kernels() const = 0;
};

/// What to build, and from what.
struct BuildRequest {
    std::span<const std::uint8_t> onnx;
    std::string where;                       ///< the model's name in messages
    Sizes sizes;
    Precision precision = Precision::automatic;  ///< that the graph must have; automatic takes any
    std::vector<ComputeCapability> targets;  ///< TensorRT for RTX: GPUs to build for; empty is the one that is present
    std::vector<std::uint8_t> timing_cache;  ///< of an earlier build, or empty
};

struct BuiltPlan {
    std::vector<std::uint8_t> plan;
    Precision precision = Precision::fp32;   ///< of the convolutions in the graph
    std::vector<std::uint8_t> timing_cache;  ///< to be kept for the next build, or empty
};

/// A TensorRT library that was found on this machine. Safe to use from several threads.
class Nvinfer {
public:
    virtual ~Nvinfer() = default;

    [[nodiscard]] virtual std::string version() const = 0;  ///< such as "10.14.1"

    /// Throws EngineError where the ONNX parser is not there, the graph is refused or of another precision; the last is
    /// known before the long work begins.
    [[nodiscard]] virtual BuiltPlan build(const BuildRequest& request) = 0;

    /// Needs a GPU. `kernels` are those of an earlier `Plan::kernels`, or empty; what does not fit is ignored.
    /// Throws EngineError where the plan does not fit this library or GPU.
    [[nodiscard]] virtual std::unique_ptr<Plan> load(std::span<const std::uint8_t> plan, const std::string& where,
                                                     const std::vector<std::uint8_t>& kernels) = 0;
};

/// One set of headers that was compiled in.
struct Abi {
    const char* family;  ///< "tensorrt", or "tensorrt-rtx"
    int level;           ///< 10 or 11
    bool parses;         ///< NvOnnxParser.h was among the headers
    bool cross_builds;   ///< can build for GPUs that are not there
    int first_version;   ///< as getInferLibVersion says it
    int end_version;     ///< the first that does not fit any more
    std::vector<std::string> libraries;
    std::vector<std::string> parsers;
    std::shared_ptr<Nvinfer> (*open)(SharedLibrary library, SharedLibrary parser, int version);
};

/// All that were compiled in, in the order of preference. Written by CMake.
[[nodiscard]] const std::vector<const Abi*>& abis();

/// A library, and the ABI by which it is called.
struct Found {
    std::shared_ptr<Nvinfer> nvinfer;
    const Abi* abi = nullptr;
};

/// Throws EngineError where a model does not compute in the precision that was asked for.
void check_precision(Precision wanted, Precision found, const std::string& where);

/// The first TensorRT library on this machine that one of the ABIs fits, from `family` if given.
/// Throws EngineError saying what was looked for and what does not fit.
[[nodiscard]] Found find_nvinfer(const std::optional<std::string>& family = {}, bool cross_builds = false);

}  // namespace skymask::engines::trt
