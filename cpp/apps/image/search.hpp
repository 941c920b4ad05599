// Finds photographs in folders, and whatever else lies there that its owner might miss.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace skymask::apps {

/// What was found and not taken, so that it can be told.
struct LeftOut {
    std::set<std::filesystem::path> unreadable;  ///< pictures of a kind that cannot be read
    std::set<std::filesystem::path> linked;      ///< links to folders, which are not followed
    std::set<std::filesystem::path> locked;      ///< folders that could not be opened

    [[nodiscard]] bool empty() const { return unreadable.empty() && linked.empty() && locked.empty(); }

    /// One line, without a full stop.
    [[nodiscard]] std::string text() const;
};

/// The ending of a file's name in lower case, with its dot.
[[nodiscard]] std::string lower_suffix(const std::filesystem::path& path);

/// Endings, with commas, by which photographs in a folder are recognised; a file named outright may have any.
[[nodiscard]] std::string list_of_suffixes();

/// Photographs below a folder, as paths relative to it, sorted. Hidden files, links to folders, and what lies in
/// `output` are left out. Throws InputError where there are none, or where `output` is the folder itself.
[[nodiscard]] std::vector<std::filesystem::path> search(const std::filesystem::path& folder,
                                                        const std::filesystem::path& output, LeftOut& left_out);

}  // namespace skymask::apps
