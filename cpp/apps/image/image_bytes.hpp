// What the bytes of an image file tell without being decoded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

namespace skymask::apps {

using Bytes = std::vector<unsigned char>;

/// Whether a JPEG or PNG file ends before its picture does; OpenCV would make up the rest. Of others it is not known.
[[nodiscard]] bool is_cut_short(const Bytes& bytes);

/// Width and height of the pixels that a JPEG or PNG file stores, in pixels; the head of the file is enough. Nothing of
/// others.
[[nodiscard]] std::optional<cv::Size> stored_size(const Bytes& head);

/// The kind of image file that its first bytes announce, such as "TIFF"; empty where it is none that is known.
[[nodiscard]] std::string announced_kind(const Bytes& bytes);

/// EXIF orientation of a WebP file, 1 to 8; 1 where it says none, and of others. OpenCV reads that of JPEG, PNG and
/// TIFF itself.
[[nodiscard]] int webp_orientation(const Bytes& bytes);

/// EXIF orientation of a whole JPEG, PNG, TIFF or WebP file, 1 to 8; 1 where it says none, and of others.
[[nodiscard]] int orientation(const Bytes& bytes);

}  // namespace skymask::apps
