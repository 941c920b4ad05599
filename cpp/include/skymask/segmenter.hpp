// Cuts the sky out of pictures.
//
//     #include <skymask/segmenter.hpp>
//
//     auto sky = skymask::Segmenter::load("fast.onnx");
//     skymask::Mask alpha = sky(skymask::ImageView{data, width, height, stride, skymask::Format::bgr});
//     bool is_sky = alpha.at(x, y) > skymask::threshold;
//
// Thread safety: one Segmenter belongs to one thread at a time; use one for each thread, several may work at once. A
// PendingMask may be taken in another thread than the one that submits, and may outlive its Segmenter.
// Every function may throw a child of skymask::Error (skymask/error.hpp).
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <skymask/engine.hpp>
#include <skymask/error.hpp>
#include <skymask/image.hpp>

namespace skymask {

/// A pixel is sky where its alpha is above this.
inline constexpr int threshold = 127;

/// The smallest height and width of a picture, in pixels.
inline constexpr int min_side = 32;

/// What a model file says of itself.
struct ModelInfo {
    std::string name;           ///< such as "fast"
    std::string version;        ///< of the weights
    std::string license;        ///< SPDX identifier
    std::string training_data;  ///< names of the training sets
    std::string commit;         ///< source revision that exported the file
    int working_width = 0;      ///< pixels at which the network looks at every frame
    int working_height = 0;
    int contract = 0;  ///< version of the contract the file follows
};

/// A mask that is still being computed; get it once. Dropping it waits. Movable.
class PendingMask {
public:
    PendingMask(PendingMask&&) noexcept;
    PendingMask& operator=(PendingMask&&) noexcept;
    ~PendingMask();

    /// Waits and returns the mask; throws where computing it failed.
    [[nodiscard]] Mask get();

private:
    friend class Segmenter;
    struct State;
    explicit PendingMask(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// A loaded model.
class Segmenter {
public:
    /// Loads a model: an ONNX file made by `skymask export`, or a TensorRT engine (".engine") made from one.
    /// Throws ModelError, EngineError or InputError.
    [[nodiscard]] static Segmenter load(const std::filesystem::path& model, const Options& options = {});

    /// Takes an engine that is open already.
    Segmenter(std::unique_ptr<Engine> engine, ModelInfo info);

    Segmenter(Segmenter&&) noexcept;
    Segmenter& operator=(Segmenter&&) noexcept;
    ~Segmenter();

    /// The sky's alpha, of the picture's own size. Packed RGB without gaps is read where it lies.
    [[nodiscard]] Mask operator()(const ImageView& image);

    /// The same into memory of the caller, of the picture's width and height.
    void operator()(const ImageView& image, const MaskView& out);

    /// Pictures of one size and any formats in one inference; faster than one by one on a GPU.
    [[nodiscard]] std::vector<Mask> batch(std::span<const ImageView> images);

    /// Starts on a picture and returns; up to Options::frames_in_flight may be pending, one more waits for the oldest.
    /// The picture is only read where it lies during the call if its format is converted; keep packed RGB alive until
    /// get() has returned.
    [[nodiscard]] PendingMask submit(const ImageView& image);

    /// The same for packed RGB frames in a GPU's memory; see Engine::run_on_device.
    void on_device(const void* frames, Shape shape, void* sky, void* stream);

    [[nodiscard]] const ModelInfo& info() const noexcept;
    [[nodiscard]] EngineDescription engine() const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace skymask
