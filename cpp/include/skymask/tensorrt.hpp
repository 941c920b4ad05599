// Builds TensorRT engines ahead of time. Programs that only run models need skymask/segmenter.hpp alone: it builds and
// keeps engines by itself (Options::cache), and opens the files made here.
//
//     skymask::EngineBuild build{.compute_capabilities = {"8.6"}};
//     skymask::build_engine("fast.onnx", "fast.engine", build);
//
// There in a library that was built with SKYMASK_TENSORRT=ON. Thread safety: calls may run at once.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <skymask/engine.hpp>

namespace skymask {

/// What an engine is to be built for.
struct EngineBuild {
    /// Such as {"8.6", "8.9"}: GPUs of these compute capabilities, which need not be there (TensorRT for RTX only).
    /// Empty is the GPU of this machine.
    std::vector<std::string> compute_capabilities{};

    /// Where not `automatic`: refuse a model whose graph does not compute in this precision. TensorRT computes in the
    /// types of the graph, so a model is exported in the precision that it is to have.
    Precision precision = Precision::automatic;

    Shape smallest{.count = 1, .height = 32, .width = 32};
    Shape usual{.count = 1, .height = 720, .width = 1280};  ///< the size for which the engine is made fastest
    Shape largest{.count = 4, .height = 3840, .width = 3840};
};

/// What was built.
struct BuiltEngine {
    std::string library;  ///< "tensorrt" or "tensorrt-rtx"
    std::string version;  ///< of that library; an engine runs with no other
    std::vector<std::string> compute_capabilities;
    Precision precision = Precision::fp32;
    std::size_t bytes = 0;  ///< of the file
};

/// Builds an engine from an ONNX model and writes it, whole or not at all.
/// Throws ModelError where the file is not a skymask model; EngineError where TensorRT or the GPU is missing, or the
/// graph refused; InputError for sizes or capabilities that cannot be; OutputError where the file cannot be written.
BuiltEngine build_engine(const std::filesystem::path& model, const std::filesystem::path& output,
                         const EngineBuild& build = {});

}  // namespace skymask
