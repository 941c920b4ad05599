// The .engine file: what TensorRT serialised, behind a header that says what it is and where it runs.
//
//     "SKYMASK ENGINE 1\n"  16 hexadecimal digits: bytes of the header, "\n"  the header, JSON  the plan
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <skymask/segmenter.hpp>

#include "nvinfer.hpp"

namespace skymask::engines::trt {

/// What the header says.
struct EngineHeader {
    ModelInfo model;
    std::string model_hash;                       ///< of the ONNX file it was made from
    std::string family;                           ///< Abi::family
    std::string version;                          ///< of the library that built it
    std::vector<ComputeCapability> capabilities;  ///< of the GPUs it was built for
    Precision precision = Precision::fp32;
    Sizes sizes;
};

struct EngineFile {
    EngineHeader header;
    std::vector<std::uint8_t> plan;
};

/// Throws ModelError where the content is not such a file, cut off or damaged, or made for another contract.
[[nodiscard]] EngineFile parse_engine_file(std::span<const std::uint8_t> content, const std::string& where);

[[nodiscard]] EngineFile read_engine_file(const std::filesystem::path& path);

/// The content of the file.
[[nodiscard]] std::vector<std::uint8_t> to_bytes(const EngineFile& file);

/// Throws OutputError where `write_whole` would, as far as can be known before; leaves nothing.
void check_can_write(const std::filesystem::path& path);

/// Writes under a temporary name and moves into place. Throws OutputError.
void write_whole(const std::filesystem::path& path, std::span<const std::uint8_t> content);

/// 16 hexadecimal digits that tell contents apart (FNV-1a, 64 bits): against mistakes, not against attackers.
[[nodiscard]] std::string hash(std::span<const std::uint8_t> content);
[[nodiscard]] std::string hash(const std::string& text);

}  // namespace skymask::engines::trt
