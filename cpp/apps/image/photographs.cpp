#include "photographs.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <opencv2/imgcodecs.hpp>

#include "errors.hpp"
#include "image_bytes.hpp"
#include "quiet_stderr.hpp"

namespace skymask::apps {

namespace {

namespace fs = std::filesystem;

/// Turns a picture upright that a file of this EXIF orientation stores.
cv::Mat turned_upright(const cv::Mat& stored, int orientation) {
    cv::Mat upright = stored;
    if (orientation == 5 || orientation == 7) {
        cv::transpose(stored, upright);
    } else if (orientation == 6 || orientation == 8) {
        cv::rotate(stored, upright, orientation == 6 ? cv::ROTATE_90_CLOCKWISE : cv::ROTATE_90_COUNTERCLOCKWISE);
    }
    if (orientation == 3 || orientation == 7) {
        cv::rotate(upright.clone(), upright, cv::ROTATE_180);
    } else if (orientation == 2 || orientation == 4) {
        cv::flip(stored, upright, orientation == 2 ? 1 : 0);
    }
    return upright;
}

/// Empty where it cannot be decoded.
cv::Mat decode(const Bytes& bytes, const fs::path& path) {
    const int orientation = webp_orientation(bytes);
    const int flags = orientation == 1 ? cv::IMREAD_COLOR : cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION;
    try {
        const QuietStderr quiet;
        return turned_upright(cv::imdecode(bytes, flags), orientation);
    } catch (const cv::Exception& error) {
        throw MediaError(path.string() + " cannot be decoded: " + error.err + ".");
    }
}

std::string why_not_decoded(const Bytes& bytes) {
    const std::string kind = announced_kind(bytes);
    if (kind.empty()) {
        return " is not an image of a known kind (" + list_of_suffixes() + "). Convert it to PNG or JPEG.";
    }
    return " cannot be decoded: it is a damaged or incomplete " + kind + " file, or one of a sort of " + kind +
           " that is not supported. Copy or download it again, or convert it to PNG or JPEG.";
}

/// Enough of an image file to hold its head, also behind a preview.
constexpr std::size_t head_bytes = 1 << 20;

/// The bytes of a file, or the first ones. Throws MediaError where it cannot be read.
Bytes read_bytes(const fs::path& path, std::size_t most = std::numeric_limits<std::size_t>::max()) {
    std::ifstream file(path, std::ios::binary);
    Bytes bytes;
    while (file && bytes.size() < most) {
        const std::size_t before = bytes.size();
        bytes.resize(before + std::min(head_bytes, most - before));
        file.read(reinterpret_cast<char*>(bytes.data() + before), static_cast<std::streamsize>(bytes.size() - before));
        bytes.resize(before + static_cast<std::size_t>(file.gcount()));
    }
    if (!file.is_open() || file.bad()) {
        throw MediaError(path.string() + " cannot be read: " + std::strerror(errno) + ".");
    }
    return bytes;
}

cv::Mat photograph_in(const Bytes& bytes, const fs::path& path) {
    if (bytes.empty()) {
        throw MediaError(path.string() + " is empty (0 bytes). Copy or download it again.");
    }
    if (is_cut_short(bytes)) {
        throw MediaError(path.string() + " breaks off: it is damaged or incomplete. Copy or download it again.");
    }
    const cv::Mat image = decode(bytes, path);
    if (image.empty()) {
        throw MediaError(path.string() + why_not_decoded(bytes));
    }
    return image;
}

cv::Size turned(cv::Size size) { return {size.height, size.width}; }

/// Whether a file stores its picture lying on its side.
bool lies_on_its_side(const Bytes& bytes) { return orientation(bytes) >= 5; }

/// Width and height of the pixels that an image file stores; nothing where it is none.
std::optional<cv::Size> size_of(const fs::path& path) {
    try {
        if (const auto size = stored_size(read_bytes(path, head_bytes))) {
            return size;
        }
        const Bytes bytes = read_bytes(path);
        const cv::Size upright = photograph_in(bytes, path).size();
        return lies_on_its_side(bytes) ? turned(upright) : upright;
    } catch (const MediaError&) {
        return std::nullopt;
    }
}

/// Whether a picture of this size is one of a photograph that stores so many pixels. The Python package stores masks as
/// the photograph is stored.
bool fits(cv::Size result, cv::Size stored, const fs::path& photograph, View view) {
    if (view == View::mask && result == stored) {
        return true;
    }
    if (result == picture_size(view, stored)) {
        return stored.width == stored.height || !lies_on_its_side(read_bytes(photograph));
    }
    return result == picture_size(view, turned(stored)) && lies_on_its_side(read_bytes(photograph));
}

/// Why what is in a result's place is none of this photograph; empty where it is one, or cannot be told.
std::string why_not_fitting(const ImageJob& job, View view) {
    std::error_code unknown;
    if (fs::is_directory(job.result, unknown)) {
        return "is a folder. Move it away.";
    }
    constexpr const char* remedy = " Move it away or give --overwrite, which replaces it and makes all results again.";
    const auto result = size_of(job.result);
    if (!result) {
        return std::string("is no picture that can be read.") + remedy;
    }
    const auto stored = size_of(job.photograph);
    if (!stored || fits(*result, *stored, job.photograph, view)) {
        return "";
    }
    return "does not have the size of " + job.photograph.string() + "." + remedy;
}

void check_nothing_is_overwritten(const std::vector<ImageJob>& jobs) {
    std::error_code unknown;
    std::map<fs::path, fs::path> photographs;
    for (const ImageJob& job : jobs) {
        photographs.emplace(fs::weakly_canonical(job.photograph, unknown), job.photograph);
    }
    for (const ImageJob& job : jobs) {
        const auto overwritten = photographs.find(fs::weakly_canonical(job.result, unknown));
        if (overwritten != photographs.end()) {
            throw InputError("The result of " + job.photograph.string() + " would overwrite the photograph " +
                             overwritten->second.string() + ". Choose another name or folder with -o.");
        }
    }
}

void check_results_are_distinct(const std::vector<ImageJob>& jobs) {
    std::map<fs::path, fs::path> by_result;
    for (const ImageJob& job : jobs) {
        const auto [other, is_new] = by_result.try_emplace(job.result, job.photograph);
        if (!is_new) {
            throw InputError(other->second.string() + " and " + job.photograph.string() +
                             " would both get the result " + job.result.string() +
                             ". Rename one, or give them in two runs with different folders "
                             "after -o.");
        }
    }
}

/// What is asked for, as it is asked for; a photograph may come twice.
std::vector<ImageJob> jobs_of(const std::string& input, const fs::path& output, bool is_one_file, LeftOut& left_out) {
    const fs::path path(input);
    std::error_code unknown;
    if (!fs::exists(path, unknown)) {
        throw InputError("There is no photograph or folder at " + input + ". Check the path.");
    }
    if (!fs::is_directory(path, unknown)) {
        return {{path, is_one_file ? output : (output / path.filename()).replace_extension(".png")}};
    }
    std::vector<ImageJob> jobs;
    for (const fs::path& name : search(path, output, left_out)) {
        jobs.push_back({path / name, (output / name).replace_extension(".png")});
    }
    return jobs;
}

}  // namespace

Plan plan_images(const std::vector<std::string>& inputs, const fs::path& output) {
    std::error_code unknown;
    const bool is_one_file =
        inputs.size() == 1 && !fs::is_directory(inputs[0], unknown) && lower_suffix(output) == ".png";
    if (!is_one_file && fs::exists(output, unknown) && !fs::is_directory(output, unknown)) {
        throw OutputError(output.string() + " is a file; the results need a folder. Choose another with -o.");
    }
    Plan plan;
    std::set<ImageJob> known;
    for (const std::string& input : inputs) {
        for (ImageJob& job : jobs_of(input, output, is_one_file, plan.left_out)) {
            if (known.insert(job).second) {
                plan.jobs.push_back(std::move(job));
            }
        }
    }
    check_nothing_is_overwritten(plan.jobs);
    check_results_are_distinct(plan.jobs);
    return plan;
}

void check_fits(const ImageJob& job, View view) {
    const std::string why = why_not_fitting(job, view);
    if (!why.empty()) {
        throw MediaError(job.result.string() + " is there already and " + why);
    }
}

cv::Mat read_photograph(const fs::path& path) { return photograph_in(read_bytes(path), path); }

}  // namespace skymask::apps
