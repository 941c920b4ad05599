// What every engine checks before it touches memory.
#pragma once

#include <cstdint>
#include <string>

#include <skymask/engine.hpp>

namespace skymask {

/// Throws InputError where `count` is less than 1 or a side less than `min_side`.
void check_shape(Shape shape);

/// Throws InputError where the engine has no such slot.
void check_slot(int slot, int slots);

/// All that Engine::start needs: slot, shape, and pointers that are not null. Throws InputError.
void check_start(int slot, int slots, const void* frames, Shape shape, const void* sky);

/// "2 frames of 640x480 (width x height)", for messages.
[[nodiscard]] std::string to_text(Shape shape);

/// "fp32"; the name of a precision as the programs spell it.
[[nodiscard]] const char* name_of(Precision precision) noexcept;

}  // namespace skymask
