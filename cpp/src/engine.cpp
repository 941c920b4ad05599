#include <skymask/engine.hpp>

#include <algorithm>

#include <skymask/error.hpp>
#include <skymask/segmenter.hpp>

#include "engine_checks.hpp"

namespace skymask {

void Engine::run_on_device(int /*slot*/, const void* /*frames*/, Shape /*shape*/, void* /*sky*/, void* /*stream*/) {
    throw EngineError("The engine '" + describe().engine +
                      "' does not take frames in a device's memory; give it frames in the host's memory.");
}

void check_shape(Shape shape) {
    if (shape.count < 1) {
        throw InputError("A batch must hold at least one frame; got " + std::to_string(shape.count) + ".");
    }
    if (std::min(shape.width, shape.height) < min_side) {
        throw InputError("A frame must be at least " + std::to_string(min_side) + " pixels high and wide; got " +
                         std::to_string(shape.width) + "x" + std::to_string(shape.height) +
                         " (width x height). Enlarge it first if it really shows a scene.");
    }
}

void check_slot(int slot, int slots) {
    if (slot < 0 || slot >= slots) {
        throw InputError("The engine has the slots 0 to " + std::to_string(slots - 1) + "; got " +
                         std::to_string(slot) + ".");
    }
}

void check_start(int slot, int slots, const void* frames, Shape shape, const void* sky) {
    check_slot(slot, slots);
    check_shape(shape);
    if (frames == nullptr || sky == nullptr) {
        throw InputError(std::string("The memory of the ") + (frames == nullptr ? "frames" : "masks") +
                         " must not be null.");
    }
}

std::string to_text(Shape shape) {
    return std::to_string(shape.count) + (shape.count == 1 ? " frame of " : " frames of ") +
           std::to_string(shape.width) + "x" + std::to_string(shape.height) + " (width x height)";
}

const char* name_of(Precision precision) noexcept {
    switch (precision) {
        case Precision::automatic:
            return "auto";
        case Precision::fp32:
            return "fp32";
        case Precision::fp16:
            return "fp16";
        case Precision::bf16:
            return "bf16";
        case Precision::int8:
            return "int8";
    }
    return "unknown";
}

}  // namespace skymask
