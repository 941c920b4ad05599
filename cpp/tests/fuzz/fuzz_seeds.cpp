// Writes the inputs that the fuzzers start from: models, whole and nearly so, and the numbers before a picture.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/onnx_bytes.hpp"

namespace {

void write(const std::filesystem::path& file, const Bytes& content) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

Bytes little_endian(std::uint64_t value, int bytes) {
    Bytes out;
    for (int i = 0; i < bytes; ++i) {
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    return out;
}

Bytes picture(std::uint64_t width, std::uint64_t height, std::uint64_t stride, std::uint64_t format) {
    return joined({little_endian(width, 4), little_endian(height, 4), little_endian(stride, 8), little_endian(0, 8),
                   little_endian(0, 8), little_endian(format, 1), Bytes(3, 1), Bytes(16, 0)});
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "Usage: fuzz_seeds FOLDER\n");
        return 2;
    }
    const std::filesystem::path folder = arguments[1];
    const std::filesystem::path models = folder / "model_file";
    write(models / "whole", OnnxFile{}.bytes());
    OnnxFile foreign;
    foreign.metadata = {{"author", "someone"}};
    write(models / "foreign", foreign.bytes());
    OnnxFile newer;
    newer.metadata["skymask.contract"] = "2";
    newer.metadata["skymask.metrics"] = R"({"a": 1e-3, "b": [true, null, "\u00e9"]})";
    write(models / "newer", newer.bytes());
    for (std::uint64_t format = 0; format < 6; ++format) {
        write(folder / "image" / std::to_string(format), picture(64, 33, 0, format));
    }
    return 0;
}
