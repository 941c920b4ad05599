#include "model_file.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <vector>

#include <skymask/error.hpp>

#include "file_bytes.hpp"
#include "model_info.hpp"
#include "protobuf.hpp"
#include "suggest.hpp"

namespace skymask {
namespace {

using Content = std::span<const std::uint8_t>;
using protobuf::Range;

// Field numbers of onnx.proto3.
constexpr std::uint64_t model_graph = 7;
constexpr std::uint64_t model_metadata = 14;
constexpr std::uint64_t entry_key = 1;
constexpr std::uint64_t entry_value = 2;
constexpr std::uint64_t graph_input = 11;
constexpr std::uint64_t graph_output = 12;
constexpr std::uint64_t value_name = 1;
constexpr std::uint64_t value_type = 2;
constexpr std::uint64_t type_tensor = 1;
constexpr std::uint64_t tensor_element = 1;
constexpr std::uint64_t tensor_shape = 2;
constexpr std::uint64_t shape_dimension = 1;
constexpr std::uint64_t dimension_size = 1;

constexpr std::uint8_t ir_version_key = 0x08;  // the first byte of every ONNX file: field 1, a varint

/// What was found in a file, not judged yet.
struct Findings {
    std::map<std::string, std::string> metadata;
    std::vector<std::string> inputs;
    std::vector<std::string> outputs;
};

std::string element_name(const std::optional<protobuf::Value>& element) {
    static constexpr std::array<std::string_view, 12> names{"",      "float32", "uint8", "int8", "",        "",
                                                            "int32", "int64",   "",      "",     "float16", "float64"};
    if (element && std::holds_alternative<Range>(*element)) {
        return "no type";
    }
    const std::uint64_t code = element ? std::get<std::uint64_t>(*element) : 0;
    return code < names.size() && !names[code].empty() ? std::string(names[code]) : "type " + std::to_string(code);
}

/// One side of a shape: its size, or "*" where it is dynamic.
std::string side_text(Content file, Range dimension) {
    const auto size = protobuf::find(file, dimension, dimension_size);
    if (!size) {
        return "*";
    }
    const auto* number = std::get_if<std::uint64_t>(&*size);
    return number != nullptr ? std::to_string(*number) : "?";
}

/// Describes an input or output, for example "frame: uint8 [*, *, *, 3]".
std::string tensor_text(Content file, Range value) {
    const Range type = protobuf::find_message(file, value, value_type);
    const Range tensor = protobuf::find_message(file, type, type_tensor);
    std::string sides;
    protobuf::Reader shape(file, protobuf::find_message(file, tensor, tensor_shape));
    while (const auto field = shape.next()) {
        if (field->number == shape_dimension) {
            sides += (sides.empty() ? "" : ", ") + side_text(file, protobuf::range_of(field->value));
        }
    }
    return protobuf::find_text(file, value, value_name) + ": " +
           element_name(protobuf::find(file, tensor, tensor_element)) + " [" + sides + "]";
}

Findings walk(Content file) {
    Findings findings;
    protobuf::Reader model(file, {0, file.size()});
    while (const auto field = model.next()) {
        if (field->number == model_metadata) {
            const Range entry = protobuf::range_of(field->value);
            findings.metadata[protobuf::find_text(file, entry, entry_key)] =
                protobuf::find_text(file, entry, entry_value);
        } else if (field->number == model_graph) {
            protobuf::Reader graph(file, protobuf::range_of(field->value));
            while (const auto part = graph.next()) {
                if (part->number == graph_input) {
                    findings.inputs.push_back(tensor_text(file, protobuf::range_of(part->value)));
                } else if (part->number == graph_output) {
                    findings.outputs.push_back(tensor_text(file, protobuf::range_of(part->value)));
                }
            }
        }
    }
    return findings;
}

void check_signature(const char* kind, const std::vector<std::string>& found, const std::string& expected,
                     const std::string& where) {
    if (found.size() == 1 && found.front() == expected) {
        return;
    }
    std::string listed;
    for (const std::string& tensor : found) {
        listed += (listed.empty() ? "" : "; ") + tensor;
    }
    throw ModelError(where + " does not fit the model contract: its " + kind + " should be '" + expected +
                     "' (* is any size) but is '" + (listed.empty() ? "missing" : listed) +
                     "'. Export it again with 'skymask export'.");
}

}  // namespace

ModelInfo read_model_info(const std::filesystem::path& model) {
    return read_model_info(read_model_bytes(model), model.string());
}

ModelInfo read_model_info(Content content, const std::string& where) {
    if (content.empty() || content.front() != ir_version_key) {
        const Content start = content.first(std::min<std::size_t>(8, content.size()));
        throw ModelError(where + " is not an ONNX file (it begins with b" +
                         repr(std::string(start.begin(), start.end())) +
                         "). If it is a training checkpoint, turn it into a model with 'skymask export'.");
    }
    Findings findings;
    try {
        findings = walk(content);
    } catch (const protobuf::DamagedError& error) {
        throw ModelError("The model file " + where + " is cut off or damaged: " + error.what() +
                         ". Copy or export it again.");
    }
    ModelInfo info = info_from_metadata(findings.metadata, where);
    check_signature("input", findings.inputs, "frame: uint8 [*, *, *, 3]", where);
    check_signature("output", findings.outputs, "sky: uint8 [*, *, *]", where);
    return info;
}

}  // namespace skymask
