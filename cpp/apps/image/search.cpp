#include "search.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <system_error>
#include <utility>

#include <skymask/error.hpp>

namespace skymask::apps {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_named = 3;  // folders named in a message

const std::set<std::string> suffixes{".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".tif", ".tiff", ".webp",
                                     ".bmp", ".jp2",  ".j2k", ".jpx",  ".jpf", ".ppm", ".pgm", ".pnm",  ".pbm"};

const std::set<std::string> unreadable_suffixes{
    ".gif", ".avif", ".tga", ".heic", ".heif", ".hif", ".jxl", ".exr", ".hdr", ".psd", ".psb",
    // cameras' raw files
    ".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".raf", ".orf", ".rw2", ".rwl", ".pef", ".srw",
    ".3fr", ".dcr", ".erf", ".fff", ".gpr", ".iiq", ".kdc", ".mef", ".mos", ".mrw", ".x3f"};

/// Collects the files in a folder and its subfolders. What cannot be looked at is left out, and the rest goes on.
void walk(const fs::path& folder, const fs::path& results, LeftOut& left_out, std::vector<fs::path>& files) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        const fs::path& path = entry->path();
        std::error_code unknown;
        if (path.filename().string().starts_with(".")) {
            continue;
        }
        const bool is_link = fs::is_symlink(path, unknown);
        if (unknown == std::errc::permission_denied) {  // the folder may be listed, and not entered
            left_out.locked.insert(folder);
            return;
        }
        if (fs::is_regular_file(path, unknown)) {
            files.push_back(path);
        } else if (fs::is_directory(path, unknown) && fs::weakly_canonical(path, unknown) != results) {
            if (is_link) {
                left_out.linked.insert(path);
            } else {
                walk(path, results, left_out, files);
            }
        }
    }
    if (error) {
        left_out.locked.insert(folder);
    }
}

/// Up to three folders by name, and how many more there are.
std::string some(const std::set<fs::path>& folders) {
    std::string names;
    std::size_t named = 0;
    for (const fs::path& folder : folders) {
        if (named == most_named) {
            return names + " and " + std::to_string(folders.size() - named) + " more";
        }
        names += (named++ == 0 ? "" : ", ") + folder.string();
    }
    return names;
}

/// ".heic 12, .dng 3": the commonest first.
std::string kinds(const std::set<fs::path>& files) {
    std::map<std::string, int> counts;
    for (const fs::path& file : files) {
        ++counts[lower_suffix(file)];
    }
    std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string list;
    for (const auto& [kind, count] : sorted) {
        list += (list.empty() ? "" : ", ") + kind + " " + std::to_string(count);
    }
    return list;
}

}  // namespace

std::string LeftOut::text() const {
    std::vector<std::string> parts;
    if (!unreadable.empty()) {
        parts.push_back(std::to_string(unreadable.size()) + (unreadable.size() == 1 ? " file" : " files") +
                        " that skymask-image cannot read (" + kinds(unreadable) + "), convert them first");
    }
    if (!linked.empty()) {
        parts.push_back("linked folders (" + some(linked) + "), give them by name");
    }
    if (!locked.empty()) {
        parts.push_back("folders that cannot be opened (" + some(locked) + ")");
    }
    std::string line = "left out: ";
    for (const std::string& part : parts) {
        line += (&part == parts.data() ? "" : "; ") + part;
    }
    return line;
}

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

std::vector<fs::path> search(const fs::path& folder, const fs::path& output, LeftOut& left_out) {
    std::error_code unknown;
    const fs::path results = fs::weakly_canonical(output, unknown);
    if (results == fs::weakly_canonical(folder, unknown)) {
        throw InputError("The results of " + folder.string() + " cannot go to " + output.string() +
                         " itself. Choose another folder with -o.");
    }
    std::vector<fs::path> files;
    walk(folder, results, left_out, files);
    std::vector<fs::path> found;
    for (const fs::path& file : files) {
        if (suffixes.contains(lower_suffix(file))) {
            found.push_back(file.lexically_relative(folder));
        } else if (unreadable_suffixes.contains(lower_suffix(file))) {
            left_out.unreadable.insert(file);
        }
    }
    if (found.empty()) {
        throw InputError("No photograph found in " + folder.string() + "; looked for files ending in " +
                         list_of_suffixes() + "." +
                         (left_out.empty() ? "" : " What is there was " + left_out.text() + "."));
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace skymask::apps
