// Writes the parts of an ONNX file that the model reader looks at, right or wrong, byte by byte.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

using Bytes = std::vector<std::uint8_t>;

/// A base-128 number.
[[nodiscard]] Bytes varint(std::uint64_t value);

/// A field that holds a number.
[[nodiscard]] Bytes number_field(std::uint64_t field, std::uint64_t value);

/// A field that holds a text, a message or other bytes.
[[nodiscard]] Bytes bytes_field(std::uint64_t field, const Bytes& content);
[[nodiscard]] Bytes bytes_field(std::uint64_t field, const std::string& content);

[[nodiscard]] Bytes joined(const std::vector<Bytes>& parts);

/// An input or output: its name, element type (2 is uint8, 1 float32), and sides, 0 where dynamic.
struct Tensor {
    std::string name;
    std::uint64_t element = 2;
    std::vector<std::uint64_t> sides;
};

/// A model with these inputs, outputs and metadata, and some weights that nobody reads.
struct OnnxFile {
    std::vector<Tensor> inputs{{.name = "frame", .element = 2, .sides = {0, 0, 0, 3}}};
    std::vector<Tensor> outputs{{.name = "sky", .element = 2, .sides = {0, 0, 0}}};
    std::map<std::string, std::string> metadata{
        {"skymask.name", "\"tiny\""},
        {"skymask.version", "\"1.2.3\""},
        {"skymask.license", "\"MIT\""},
        {"skymask.working_size", "[256, 320]"},
        {"skymask.training_data", "\"none\""},
        {"skymask.commit", "\"0123abc\""},
        {"skymask.metrics", "{\"skyfinder\": 0.95}"},
        {"skymask.parity", "{}"},
        {"skymask.contract", "1"},
    };

    [[nodiscard]] Bytes bytes() const;
};
