// Finds and reads photographs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

namespace skymask::apps {

/// One photograph, and the picture to make of it.
struct ImageJob {
    std::filesystem::path photograph;
    std::filesystem::path result;
};

/// Lists the photographs behind files and folders (with all subfolders), and where the result of each goes.
///
/// output: a folder, or for one photograph a file ending in .png. Results are named like the photographs (a.jpg gives
/// a.png) and keep their subfolders. Hidden files, and what lies in `output`, are left out of folders.
/// Throws InputError: an input does not exist or holds no photograph, or two results would have one name.
[[nodiscard]] std::vector<ImageJob> plan_images(const std::vector<std::string>& inputs,
                                                const std::filesystem::path& output);

/// Decodes a photograph: uint8 [H, W, 3], BGR, upright (turned as its EXIF orientation says).
/// Throws MediaError where it is missing, no image, or breaks off.
[[nodiscard]] cv::Mat read_photograph(const std::filesystem::path& path);

/// Whether a JPEG or PNG file ends before its picture does; OpenCV would make up the rest. Of others it is not known.
[[nodiscard]] bool is_cut_short(const std::vector<unsigned char>& bytes);

}  // namespace skymask::apps
