// Checks pictures and turns any of the formats into what a model reads: packed RGB.
#pragma once

#include <cstddef>
#include <cstdint>

#include <skymask/image.hpp>

namespace skymask {

/// Throws InputError where data are null, a side is less than `min_side`, a stride is too small, or the width of yuyv
/// is odd.
void check_image(const ImageView& image);

/// Throws InputError where data are null, the stride is too small, or the mask's size is not the picture's.
void check_mask(const MaskView& mask, const ImageView& image);

/// True where the picture is packed RGB without gaps, so that an engine may read it where it lies.
[[nodiscard]] bool is_packed_rgb(const ImageView& image) noexcept;

/// Writes 3 * width * height bytes of RGB without gaps. The picture has passed `check_image`.
void to_packed_rgb(const ImageView& image, std::uint8_t* rgb) noexcept;

/// Copies a mask without gaps into one with a stride. The mask has passed `check_mask`.
void copy_rows(const std::uint8_t* packed, const MaskView& out) noexcept;

}  // namespace skymask
