#include <skymask/segmenter.hpp>

#include <algorithm>
#include <utility>

#include "convert.hpp"
#include "engine_checks.hpp"
#include "engines/registry.hpp"
#include "slots.hpp"

namespace skymask {
namespace {

Shape shape_of(const ImageView& image, std::size_t count) {
    return {.count = static_cast<int>(count), .height = image.height, .width = image.width};
}

/// Checks that pictures can be one batch.
void check_batch(std::span<const ImageView> images) {
    if (images.empty()) {
        throw InputError("A batch must hold at least one frame; got none.");
    }
    const ImageView& first = images.front();
    for (const ImageView& image : images) {
        check_image(image);
        if (image.width != first.width || image.height != first.height) {
            throw InputError("The frames of a batch must be of one size; got " + to_text(shape_of(first, 1)) + " and " +
                             to_text(shape_of(image, 1)) + ".");
        }
    }
}

/// True where the pictures are packed RGB and follow each other in memory as a batch does.
bool is_packed_batch(std::span<const ImageView> images) {
    const std::size_t bytes = shape_of(images.front(), 1).frame_bytes();
    for (std::size_t i = 0; i < images.size(); ++i) {
        if (!is_packed_rgb(images[i]) || images[i].data != images.front().data + i * bytes) {
            return false;
        }
    }
    return true;
}

}  // namespace

struct Segmenter::Implementation {
    Implementation(std::unique_ptr<Engine> engine, ModelInfo model)
        : slots(std::move(engine)), info(std::move(model)) {}

    /// Starts checked pictures of one size; their masks go to `sky`.
    std::shared_ptr<Job> start(std::span<const ImageView> images, std::uint8_t* sky) {
        const Shape shape = shape_of(images.front(), images.size());
        const int slot = slots.acquire();
        const std::uint8_t* frames = images.front().data;
        if (!is_packed_batch(images)) {
            std::uint8_t* staging = slots.engine().staging(slot, shape);
            const std::size_t bytes = shape_of(images.front(), 1).frame_bytes();
            for (std::size_t i = 0; i < images.size(); ++i) {
                to_packed_rgb(images[i], staging + i * bytes);
            }
            frames = staging;
        }
        auto job = slots.make_job(slot);
        job->start(frames, shape, sky);
        return job;
    }

    Slots slots;
    ModelInfo info;
};

struct PendingMask::State {
    ~State() {
        if (job) {
            job->finish();  // the engine writes into the mask until then
        }
    }

    Mask mask;
    std::shared_ptr<Job> job;
};

PendingMask::PendingMask(std::unique_ptr<State> state) : state_(std::move(state)) {}
PendingMask::PendingMask(PendingMask&&) noexcept = default;
PendingMask& PendingMask::operator=(PendingMask&&) noexcept = default;
PendingMask::~PendingMask() = default;

Mask PendingMask::get() {
    if (!state_) {
        throw InputError("This mask has been taken already; a pending mask gives its mask once.");
    }
    const std::unique_ptr<State> state = std::move(state_);
    state->job->check();
    return std::move(state->mask);
}

Segmenter Segmenter::load(const std::filesystem::path& model, const Options& options) {
    ModelInfo info = engines::read_info(model);
    return {engines::open(model, options), std::move(info)};
}

Segmenter::Segmenter(std::unique_ptr<Engine> engine, ModelInfo info) {
    if (!engine) {
        throw InputError("A Segmenter needs an engine; got null.");
    }
    implementation_ = std::make_unique<Implementation>(std::move(engine), std::move(info));
}

Segmenter::Segmenter(Segmenter&&) noexcept = default;
Segmenter& Segmenter::operator=(Segmenter&&) noexcept = default;
Segmenter::~Segmenter() = default;

Mask Segmenter::operator()(const ImageView& image) {
    check_image(image);
    Mask mask(image.width, image.height);
    implementation_->start({&image, 1}, mask.pixels().data())->check();
    return mask;
}

void Segmenter::operator()(const ImageView& image, const MaskView& out) {
    check_image(image);
    check_mask(out, image);
    if (out.stride == 0 || out.stride == static_cast<std::size_t>(out.width)) {
        implementation_->start({&image, 1}, out.data)->check();
        return;
    }
    copy_rows((*this)(image).pixels().data(), out);
}

std::vector<Mask> Segmenter::batch(std::span<const ImageView> images) {
    check_batch(images);
    const ImageView& first = images.front();
    const std::size_t mask_bytes = shape_of(first, 1).mask_bytes();
    // The engine writes the masks one after the other, the caller gets each with memory of its own.
    const auto together = std::make_unique_for_overwrite<std::uint8_t[]>(images.size() * mask_bytes);
    implementation_->start(images, together.get())->check();
    std::vector<Mask> masks;
    masks.reserve(images.size());
    for (std::size_t i = 0; i < images.size(); ++i) {
        Mask& mask = masks.emplace_back(first.width, first.height);
        std::copy_n(together.get() + i * mask_bytes, mask_bytes, mask.pixels().data());
    }
    return masks;
}

PendingMask Segmenter::submit(const ImageView& image) {
    check_image(image);
    auto state = std::make_unique<PendingMask::State>();
    state->mask = Mask(image.width, image.height);
    state->job = implementation_->start({&image, 1}, state->mask.pixels().data());
    return PendingMask(std::move(state));
}

void Segmenter::on_device(const void* frames, Shape shape, void* sky, void* stream) {
    Slots& slots = implementation_->slots;
    const int slot = slots.acquire();
    check_start(slot, slots.engine().slots(), frames, shape, sky);
    slots.engine().run_on_device(slot, frames, shape, sky, stream);
}

const ModelInfo& Segmenter::info() const noexcept { return implementation_->info; }

EngineDescription Segmenter::engine() const { return implementation_->slots.engine().describe(); }

}  // namespace skymask
