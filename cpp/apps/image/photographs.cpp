#include "photographs.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include <opencv2/imgcodecs.hpp>

#include "errors.hpp"

namespace skymask::apps {

namespace {

namespace fs = std::filesystem;

const std::set<std::string> suffixes{".jpg",  ".jpeg", ".jpe", ".png", ".tif", ".tiff",
                                     ".webp", ".bmp",  ".jp2", ".ppm", ".pgm", ".pnm"};

std::string lower_suffix(const fs::path& path) {
    std::string suffix = path.extension().string();
    std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return suffix;
}

std::string list_of_suffixes() {
    std::string list;
    for (const std::string& suffix : suffixes) {
        list += (list.empty() ? "" : ", ") + suffix;
    }
    return list;
}

bool is_within(const fs::path& path, const fs::path& folder) {
    const fs::path relative = fs::weakly_canonical(path).lexically_relative(folder);
    return !relative.empty() && *relative.begin() != "..";
}

/// Photographs below a folder, as paths relative to it, in order.
std::vector<fs::path> search(const fs::path& folder, const fs::path& output) {
    const fs::path results = fs::weakly_canonical(output);
    const bool skips_results = results != fs::weakly_canonical(folder);
    std::vector<fs::path> found;
    for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator(); ++entry) {
        const bool is_hidden = entry->path().filename().string().starts_with(".");
        const bool is_result = skips_results && entry->is_directory() && is_within(entry->path(), results);
        if (entry->is_directory() && (is_hidden || is_result)) {
            entry.disable_recursion_pending();
        } else if (entry->is_regular_file() && !is_hidden && suffixes.contains(lower_suffix(entry->path()))) {
            found.push_back(entry->path().lexically_relative(folder));
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<ImageJob> jobs_of_folder(const fs::path& folder, const fs::path& output) {
    if (fs::exists(output) && fs::equivalent(folder, output)) {
        throw InputError("The results of " + folder.string() + " cannot go to " + output.string() +
                         " itself. Choose another folder with -o.");
    }
    std::vector<ImageJob> jobs;
    for (const fs::path& name : search(folder, output)) {
        jobs.push_back({folder / name, (output / name).replace_extension(".png")});
    }
    if (jobs.empty()) {
        throw InputError("No photograph found in " + folder.string() + "; looked for files ending in " +
                         list_of_suffixes() + ".");
    }
    return jobs;
}

/// Where the data of a JPEG picture begins: its head is a row of segments that tell their own length (ITU-T T.81, B.1.1.4), so
/// previews within them are passed over. Nothing where the file ends before.
std::optional<std::size_t> first_scan(std::string_view jpeg) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(jpeg[at]); };
    std::size_t at = 2;
    while (at + 4 <= jpeg.size()) {
        if (byte(at) != 0xff || byte(at + 1) == 0xff) {  // fill bytes, or stray ones: decoders pass over both
            ++at;
            continue;
        }
        if (byte(at + 1) == 0xda) {
            return at;
        }
        at += 2 + (static_cast<std::size_t>(byte(at + 2)) << 8 | byte(at + 3));
    }
    return std::nullopt;
}

void check_results_are_distinct(const std::vector<ImageJob>& jobs) {
    std::map<fs::path, fs::path> by_result;
    for (const ImageJob& job : jobs) {
        std::error_code ignored;
        if (fs::equivalent(job.result, job.photograph, ignored)) {
            throw InputError("The result of " + job.photograph.string() +
                             " would overwrite the photograph itself. Choose another name with -o.");
        }
        const auto [other, is_new] = by_result.try_emplace(job.result, job.photograph);
        if (!is_new) {
            throw InputError(other->second.string() + " and " + job.photograph.string() +
                             " would both get the result " + job.result.string() +
                             ". Rename one, or give them in two runs with different folders "
                             "after -o.");
        }
    }
}

}  // namespace

std::vector<ImageJob> plan_images(const std::vector<std::string>& inputs, const fs::path& output) {
    const bool is_one_file = inputs.size() == 1 && !fs::is_directory(inputs[0]) && lower_suffix(output) == ".png";
    if (!is_one_file && fs::exists(output) && !fs::is_directory(output)) {
        throw OutputError(output.string() + " is a file; the results need a folder. Choose another with -o.");
    }
    std::vector<ImageJob> jobs;
    for (const std::string& input : inputs) {
        const fs::path path(input);
        if (!fs::exists(path)) {
            throw InputError("There is no photograph or folder at " + input + ". Check the path.");
        }
        if (fs::is_directory(path)) {
            const auto found = jobs_of_folder(path, output);
            jobs.insert(jobs.end(), found.begin(), found.end());
        } else {
            jobs.push_back({path, is_one_file ? output : (output / path.filename()).replace_extension(".png")});
        }
    }
    check_results_are_distinct(jobs);
    return jobs;
}

bool is_cut_short(const std::vector<unsigned char>& bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.starts_with("\x89PNG")) {
        return text.rfind("IEND") == std::string_view::npos;
    }
    if (!text.starts_with("\xff\xd8")) {
        return false;
    }
    const auto scan = first_scan(text);
    // Within the picture's data, 0xff is only followed by 0 or a restart marker. What a phone appends, a clip for example,
    // comes after the picture's own end.
    return !scan || text.find("\xff\xd9", *scan) == std::string_view::npos;
}

cv::Mat read_photograph(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw MediaError(path.string() + " cannot be read: " + std::strerror(errno) + ".");
    }
    const std::vector<unsigned char> bytes{std::istreambuf_iterator<char>(file), {}};
    if (bytes.empty()) {
        throw MediaError(path.string() + " is empty (0 bytes). Copy or download it again.");
    }
    if (is_cut_short(bytes)) {
        throw MediaError(path.string() + " breaks off: it is damaged or incomplete. Copy or download it again.");
    }
    cv::Mat image;
    try {
        image = cv::imdecode(bytes, cv::IMREAD_COLOR);
    } catch (const cv::Exception& error) {
        throw MediaError(path.string() + " cannot be decoded: " + error.err + ".");
    }
    if (image.empty()) {
        throw MediaError(path.string() + " is not an image of a known kind (" + list_of_suffixes() +
                         "). Convert it to PNG or JPEG.");
    }
    return image;
}

}  // namespace skymask::apps
