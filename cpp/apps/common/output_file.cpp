#include "output_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include <skymask/error.hpp>

namespace skymask::apps {

namespace fs = std::filesystem;

fs::path create_part(const fs::path& path) {
    const fs::path part = path.parent_path() / ("." + path.stem().string() + "." + std::to_string(::getpid()) +
                                                ".part" + path.extension().string());
    errno = 0;
    const std::ofstream probe(part, std::ios::binary);
    if (!probe) {
        const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
        throw OutputError(path.string() + " cannot be written: " + std::strerror(errno) + " (folder " + folder +
                          "). Choose a folder that exists and that you may write to.");
    }
    return part;
}

void move_into_place(const fs::path& part, const fs::path& path) {
    std::error_code error;
    fs::rename(part, path, error);
    if (error) {
        std::error_code ignored;
        fs::remove(part, ignored);
        throw OutputError(path.string() + " cannot be written: " + error.message() +
                          ". Free some space or choose another place.");
    }
}

void write_text(const fs::path& path, const std::string& text) {
    const fs::path part = create_part(path);
    std::ofstream file(part, std::ios::binary);
    file << text;
    file.close();
    if (!file) {
        std::error_code ignored;
        fs::remove(part, ignored);
        throw OutputError(path.string() +
                          " cannot be written: the disk is full or the folder has gone. Free some "
                          "space or choose another place.");
    }
    move_into_place(part, path);
}

}  // namespace skymask::apps
