#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace skymask {

/// Reads a model file whole. Read, not mapped: a mapped file that somebody cuts off meanwhile ends the process.
/// Throws ModelError where it is missing, a folder, empty or unreadable.
[[nodiscard]] std::vector<std::uint8_t> read_model_bytes(const std::filesystem::path& model);

}  // namespace skymask
