// What people look at: from a frame and its alpha to a picture. Pure functions; integers only.
#pragma once

#include <array>
#include <string>

#include <opencv2/core.hpp>
#include <skymask/image.hpp>

namespace skymask::apps {

enum class View { side_by_side, overlay, mask, cutout };

/// The names of the views on the command line, in the order of the enumeration, in which the key v goes through them.
inline constexpr std::array<const char*, 4> view_names{"side-by-side", "overlay", "mask", "cutout"};

[[nodiscard]] inline std::string name_of(View view) { return view_names[static_cast<std::size_t>(view)]; }

[[nodiscard]] inline View next(View view) {
    return static_cast<View>((static_cast<std::size_t>(view) + 1) % view_names.size());
}

/// Draws one view: the frame, and beside it the frame with its sky tinted blue; the tinted frame alone; the alpha as
/// grey levels; the frame without its sky.
///
/// bgr: uint8 [H, W, 3]. alpha: of the same size. Returns uint8 [H, W, 3] or, side by side, [H, 2 W, 3], BGR.
[[nodiscard]] cv::Mat compose(const cv::Mat& bgr, const Mask& alpha, View view);

/// Size of the picture that `compose` makes of a frame.
[[nodiscard]] inline cv::Size picture_size(View view, cv::Size frame) {
    return view == View::side_by_side ? cv::Size(2 * frame.width, frame.height) : frame;
}

}  // namespace skymask::apps
