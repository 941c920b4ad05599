// What every inference engine offers. Most programs only need skymask/segmenter.hpp; this header is for those who bring
// an engine of their own, or frames that are in a GPU's memory already.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace skymask {

/// How precisely an engine computes; results are compared per precision in the tests.
/// `int8` is never asked for: an engine describes itself so where the model was quantised when it was exported.
enum class Precision { automatic, fp32, fp16, bf16, int8 };

/// How a model is to be run.
struct Options {
    std::string engine = "auto";  ///< "openvino", "tensorrt", or "auto": TensorRT where a GPU and the library are found
    std::string device = "auto";  ///< OpenVINO's "cpu", "gpu", "npu"; a CUDA device number such as "0"; or "auto".
                                  ///< With the engine "auto" it also chooses the engine
    int threads = 0;              ///< for one inference on the CPU, at most 256 or as many as the machine has
                                  ///< processors; 0 lets the engine decide
    Precision precision = Precision::automatic;  ///< automatic is fp32 with OpenVINO, with TensorRT the graph's
    std::filesystem::path cache{};               ///< folder for compiled models and engines; empty keeps none
    int frames_in_flight = 2;                    ///< frames that may be computed at the same time, at least 1
    bool divide_threads = false;  ///< a CPU gives each frame in flight its share of the threads, instead of all to one
                                  ///< after the other: more frames a second, each of them later
};

/// Frames of one size: the shape [count, height, width, 3] of the model's input, uint8, RGB.
struct Shape {
    int count = 1;
    int height = 0;
    int width = 0;

    /// Bytes of such frames.
    [[nodiscard]] std::size_t frame_bytes() const noexcept { return 3 * mask_bytes(); }

    /// Bytes of their masks, [count, height, width].
    [[nodiscard]] std::size_t mask_bytes() const noexcept {
        return static_cast<std::size_t>(count) * static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
    }

    bool operator==(const Shape&) const = default;
};

/// Which engine runs where, as it turned out (not as it was asked for).
struct EngineDescription {
    std::string engine;   ///< "openvino" or "tensorrt"
    std::string version;  ///< of the engine's library
    std::string device;   ///< the device's own name
    Precision precision = Precision::fp32;
    int threads = 0;  ///< 0 where the engine decides
};

/// A loaded model with `slots()` places for frames in flight.
///
/// Thread safety: calls for different slots may come from different threads at once; calls for one slot must not
/// overlap. All pointers stay valid and their contents unchanged from `start` until `wait` returns.
class Engine {
public:
    virtual ~Engine() = default;

    /// Number of frames (or batches) that can be in flight.
    [[nodiscard]] virtual int slots() const noexcept = 0;

    /// Memory of `shape.frame_bytes()` bytes that the engine reads fastest (pinned, for a GPU), belonging to the slot;
    /// valid until the next call of `staging` for it. Using it is optional.
    virtual std::uint8_t* staging(int slot, Shape shape) = 0;

    /// Starts to compute masks.
    ///
    /// frames: `shape.frame_bytes()` bytes of host memory, packed RGB; `staging` or the caller's own.
    /// sky: `shape.mask_bytes()` bytes of host memory, written by the time `wait` returns.
    /// Throws InputError where the shape is outside what the engine was built for.
    virtual void start(int slot, const std::uint8_t* frames, Shape shape, std::uint8_t* sky) = 0;

    /// Waits for the slot's masks. Throws Error where computing them failed; the slot can be used again afterwards.
    virtual void wait(int slot) = 0;

    /// True where frames and masks may lie in the device's memory (see `run_on_device`).
    [[nodiscard]] virtual bool takes_device_memory() const noexcept { return false; }

    /// Computes masks from frames in the device's memory to the device's memory, without a trip through the host.
    ///
    /// frames, sky: device pointers, as in `start`. stream: the CUDA stream (a cudaStream_t) to work in, not one that
    /// is recording a graph; returns as soon as the work is queued there. The slot may be used again at once, from any
    /// stream: what comes next in it waits on the GPU, and frames of another size wait here, as the engine's end does.
    /// Throws EngineError where the engine has no device memory.
    virtual void run_on_device(int slot, const void* frames, Shape shape, void* sky, void* stream);

    [[nodiscard]] virtual EngineDescription describe() const = 0;
};

/// Names of the engines that were built into this library, in the order in which "auto" tries them.
[[nodiscard]] std::vector<std::string> built_engines();

/// Opens a model with the engine that `options` names. Most callers want Segmenter::load.
/// Throws ModelError, EngineError or InputError.
[[nodiscard]] std::unique_ptr<Engine> open_engine(const std::filesystem::path& model, const Options& options);

}  // namespace skymask
