// Settles which photographs are done and where the result of each goes, and reads them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "overlay.hpp"
#include "search.hpp"

namespace skymask::apps {

/// One photograph, and the picture to make of it.
struct ImageJob {
    std::filesystem::path photograph;
    std::filesystem::path result;

    auto operator<=>(const ImageJob&) const = default;
};

/// What will be done, and what not.
struct Plan {
    std::vector<ImageJob> jobs;  ///< in the order of the inputs, sorted by name within each; none twice
    LeftOut left_out;
};

/// Lists the photographs behind files and folders (with all subfolders), and where the result of each goes.
///
/// output: a folder, or for one photograph a file ending in .png. Results are named like the photographs (a.jpg gives
/// a.png) and keep their subfolders.
/// Throws InputError: an input does not exist or holds no photograph, or a result would overwrite a photograph or the
/// result of another; OutputError: `output` is a file and cannot be.
[[nodiscard]] Plan plan_images(const std::vector<std::string>& inputs, const std::filesystem::path& output);

/// Checks that the picture in a result's place has the size that the photograph calls for, as it is now, upright; a
/// mask may also be as the photograph is stored, as the Python package writes it. Throws MediaError: it has another, or
/// is no picture; it may be somebody's, and is not replaced unasked.
void check_fits(const ImageJob& job, View view);

/// Decodes a photograph: uint8 [H, W, 3], BGR, upright (turned as its EXIF orientation says).
/// Throws MediaError where it is missing, no image, or breaks off.
[[nodiscard]] cv::Mat read_photograph(const std::filesystem::path& path);

}  // namespace skymask::apps
