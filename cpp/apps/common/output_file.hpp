// Output files that appear under their names only when they are whole.
#pragma once

#include <filesystem>
#include <string>

namespace skymask::apps {

/// A hidden name in the same folder as `path`, with the same ending; writing there is tried.
/// Throws OutputError where the folder does not exist or cannot be written to.
[[nodiscard]] std::filesystem::path create_part(const std::filesystem::path& path);

/// Moves a finished file into place. Throws OutputError, and removes `part` then.
void move_into_place(const std::filesystem::path& part, const std::filesystem::path& path);

/// Writes a text file. Throws OutputError.
void write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace skymask::apps
