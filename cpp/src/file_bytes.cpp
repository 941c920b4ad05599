#include "file_bytes.hpp"

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include <skymask/error.hpp>

namespace skymask {
namespace {

std::uintmax_t checked_size(const std::filesystem::path& model) {
    std::error_code error;
    const auto status = std::filesystem::status(model, error);
    if (std::filesystem::is_directory(status)) {
        throw ModelError(model.string() + " is a folder; a model is one ONNX file. Give the path of the file.");
    }
    if (status.type() == std::filesystem::file_type::not_found) {
        throw ModelError("There is no model file at " + model.string() + ". Check the path.");
    }
    if (status.type() == std::filesystem::file_type::none) {
        throw ModelError("The model file " + model.string() + " cannot be read: " + error.message() + ".");
    }
    const auto size = std::filesystem::is_regular_file(status) ? std::filesystem::file_size(model, error) : 0;
    if (error || size == 0) {
        throw ModelError("The model file " + model.string() + " is empty (0 bytes). Copy or export it again.");
    }
    return size;
}

}  // namespace

std::vector<std::uint8_t> read_model_bytes(const std::filesystem::path& model) {
    const auto size = checked_size(model);
    errno = 0;
    std::ifstream file(model, std::ios::binary);
    std::vector<std::uint8_t> content(static_cast<std::size_t>(size));
    // Bytes are read as char because streams know no other; the two may alias.
    if (!file || !file.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(size))) {
        const std::string reason = errno != 0 ? std::generic_category().message(errno) : "it became shorter";
        throw ModelError("The model file " + model.string() + " cannot be read: " + reason + ".");
    }
    return content;
}

}  // namespace skymask
