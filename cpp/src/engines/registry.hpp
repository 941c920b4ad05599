// The engines that were built in. An engine is a `Factory`; registry.cpp lists them in the order that "auto" tries.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include <skymask/engine.hpp>
#include <skymask/segmenter.hpp>

namespace skymask::engines {

/// Each frame in flight has its buffers; more than this is a mistake.
inline constexpr int max_frames_in_flight = 64;

/// Or as many as the machine has processors: beyond, thousands can bring it to a standstill.
inline constexpr int max_threads = 256;

/// How the library learns of an engine and opens it.
struct Factory {
    /// As `Options::engine` names it.
    const char* name;

    /// Why the engine cannot be used on this machine, and the remedy; empty where it can. Must not throw, and must be
    /// quick: "auto" asks each time.
    std::string (*problem)();

    /// The names of its devices, for messages: "cpu, gpu, npu".
    const char* devices;

    /// Whether a device's name, other than "auto", can be that of one of them. Whether it is there, `open` says.
    bool (*names_device)(const std::string& device);

    /// Opens a model. The file's ModelInfo has been read, so it is a skymask model; `options` are checked.
    /// Throws EngineError, or InputError for options that this engine cannot follow.
    std::unique_ptr<Engine> (*open)(const std::filesystem::path& model, const Options& options);

    /// The suffix of files that only this engine reads, such as ".engine"; null where it reads ONNX files alone.
    const char* own_suffix;

    /// Reads what such a file says of itself; null where `own_suffix` is. Throws ModelError or EngineError.
    ModelInfo (*read_own_info)(const std::filesystem::path& model);
};

/// All that were built in, in the order of "auto".
[[nodiscard]] std::span<const Factory* const> factories() noexcept;

/// The engine that alone reads files of this suffix, or null.
[[nodiscard]] const Factory* factory_for_suffix(const std::filesystem::path& model) noexcept;

/// What a file says of itself: an ONNX file, or an engine's own. Throws ModelError or EngineError.
[[nodiscard]] ModelInfo read_info(const std::filesystem::path& model);

/// Opens a file that `read_info` has accepted. Throws EngineError or InputError.
[[nodiscard]] std::unique_ptr<Engine> open(const std::filesystem::path& model, const Options& options);

#ifdef SKYMASK_HAS_OPENVINO
extern const Factory openvino;
#endif
#ifdef SKYMASK_HAS_TENSORRT
extern const Factory tensorrt;  // defined in tensorrt/
#endif

}  // namespace skymask::engines
