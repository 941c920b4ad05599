#pragma once

#include <filesystem>
#include <optional>

#include "cuda.hpp"
#include "engine_file.hpp"
#include "nvinfer.hpp"

namespace skymask::engines::trt {

/// The sizes of an engine that is built while a model is loaded; the defaults of EngineBuild.
[[nodiscard]] Sizes default_sizes();

/// Builds an engine from an ONNX model for `gpu`, or for `targets` where there are any.
/// precision: a graph of another is refused. cache: folder of the timing cache; empty keeps none.
/// Throws ModelError, EngineError.
[[nodiscard]] EngineFile build(const Found& found, const std::filesystem::path& model, const Sizes& sizes,
                               Precision precision, const std::optional<Gpu>& gpu,
                               const std::vector<ComputeCapability>& targets, const std::filesystem::path& cache);

/// The engine for `gpu` from the cache; where there is none that fits it is built, and kept there if that can be done.
/// An empty cache keeps none. Throws ModelError, EngineError, OutputError where the folder cannot be made.
[[nodiscard]] EngineFile cached_or_built(const Found& found, const std::filesystem::path& model, Precision precision,
                                         const Gpu& gpu, const std::filesystem::path& cache);

/// Where what TensorRT for RTX compiled of a plan is kept; empty where there is no cache.
[[nodiscard]] std::filesystem::path kernels_path(const Found& found, const Gpu& gpu, std::span<const std::uint8_t> plan,
                                                 const std::filesystem::path& cache);

/// The content of a file of the cache, or nothing where there is none that can be read.
[[nodiscard]] std::vector<std::uint8_t> read_if_there(const std::filesystem::path& path);

}  // namespace skymask::engines::trt
