// Reads what a model file says of itself, without an engine and without protobuf; the twin of Python's
// skymask/runtime/model_file.py: the same files are refused in the same words.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include <skymask/segmenter.hpp>

namespace skymask {

/// Checks that a file is a whole skymask model (ONNX) and returns what it declares.
/// Throws ModelError where it is missing, a folder, unreadable, empty, not ONNX, cut off or damaged; its input and
/// output are not those of the contract; or its metadata are missing, malformed or of another version.
[[nodiscard]] ModelInfo read_model_info(const std::filesystem::path& model);

/// The same for a file's content; `where` is its name in messages.
[[nodiscard]] ModelInfo read_model_info(std::span<const std::uint8_t> content, const std::string& where);

}  // namespace skymask
