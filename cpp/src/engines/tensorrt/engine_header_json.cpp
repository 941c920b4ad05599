#include "engine_header_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <skymask/error.hpp>

#include "../../engine_checks.hpp"
#include "../../json.hpp"
#include "../../model_info.hpp"

namespace skymask::engines::trt {
namespace {

std::string in_quotes(const std::string& text) {
    static constexpr const char* digits = "0123456789abcdef";
    std::string quoted = "\"";
    for (const char character : text) {
        const auto code = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            quoted += '\\';
            quoted += character;
        } else if (code < 0x20) {
            quoted += std::string("\\u00") + digits[code / 16] + digits[code % 16];
        } else {
            quoted += character;
        }
    }
    return quoted + '"';
}

std::string numbers(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) {
        text += (text.empty() ? "" : ", ") + std::to_string(value);
    }
    return "[" + text + "]";
}

std::string shape_text(Shape shape) { return numbers({shape.count, shape.height, shape.width}); }

/// Reads the members of the header; anything unexpected ends in one ModelError.
class Members {
public:
    Members(const std::string& text, const std::string& where) : json_(parse_json(text)), where_(where) {}

    [[noreturn]] void refuse(const std::string& name) const {
        throw ModelError("The engine file " + where_ + " is damaged: its header has no usable '" + name +
                         "'. Build it again with 'skymask-build-engine'.");
    }

    const Json& member(const std::string& name) const {
        const auto* object = json_ ? std::get_if<Json::Object>(&json_->value) : nullptr;
        if (object != nullptr) {
            const auto found = std::ranges::find(*object, name, &Json::Member::first);
            if (found != object->end()) {
                return found->second;
            }
        }
        refuse(name);
    }

    std::string text(const std::string& name) const {
        const auto* value = std::get_if<std::string>(&member(name).value);
        if (value == nullptr) {
            refuse(name);
        }
        return *value;
    }

    int integer(const Json& json, const std::string& name) const {
        const auto* number = std::get_if<Json::Number>(&json.value);
        // Plans of more than 2 GB do not exist, and would not be read by TensorRT.
        if (number == nullptr || !number->is_integer || number->value < 0 ||
            number->value > std::numeric_limits<int>::max()) {
            refuse(name);
        }
        return static_cast<int>(number->value);
    }

    int integer(const std::string& name) const { return integer(member(name), name); }

    const Json::Array& array(const Json& json, const std::string& name) const {
        const auto* values = std::get_if<Json::Array>(&json.value);
        if (values == nullptr) {
            refuse(name);
        }
        return *values;
    }

    std::vector<int> integers(const Json& json, const std::string& name, std::size_t count) const {
        std::vector<int> values;
        for (const Json& value : array(json, name)) {
            values.push_back(integer(value, name));
        }
        if (values.size() != count) {
            refuse(name);
        }
        return values;
    }

    Shape shape(const std::string& name) const {
        const auto sides = integers(member(name), name, 3);
        return {.count = sides[0], .height = sides[1], .width = sides[2]};
    }

private:
    std::optional<Json> json_;
    std::string where_;
};

Precision precision_named(const Members& members) {
    const std::string name = members.text("precision");
    for (const Precision precision : {Precision::fp32, Precision::fp16, Precision::bf16, Precision::int8}) {
        if (name == name_of(precision)) {
            return precision;
        }
    }
    members.refuse("precision");
}

}  // namespace

std::string to_json(const EngineHeader& header, std::size_t plan_bytes, const std::string& plan_hash) {
    std::string capabilities;
    for (const ComputeCapability& capability : header.capabilities) {
        capabilities += (capabilities.empty() ? "" : ", ") + numbers({capability.major, capability.minor});
    }
    const ModelInfo& model = header.model;
    return "{\"contract\": " + std::to_string(model.contract) + ",\n \"name\": " + in_quotes(model.name) +
           ",\n \"version\": " + in_quotes(model.version) + ",\n \"license\": " + in_quotes(model.license) +
           ",\n \"training_data\": " + in_quotes(model.training_data) + ",\n \"commit\": " + in_quotes(model.commit) +
           ",\n \"working_size\": " + numbers({model.working_height, model.working_width}) +
           ",\n \"model_hash\": " + in_quotes(header.model_hash) + ",\n \"library\": " + in_quotes(header.family) +
           ",\n \"library_version\": " + in_quotes(header.version) + ",\n \"compute_capabilities\": [" + capabilities +
           "],\n \"precision\": " + in_quotes(name_of(header.precision)) +
           ",\n \"smallest\": " + shape_text(header.sizes.smallest) + ",\n \"usual\": " +
           shape_text(header.sizes.usual) + ",\n \"largest\": " + shape_text(header.sizes.largest) +
           ",\n \"plan_bytes\": " + std::to_string(plan_bytes) + ",\n \"plan_hash\": " + in_quotes(plan_hash) + "}\n";
}

ParsedHeader from_json(const std::string& text, const std::string& where) {
    const Members members(text, where);
    const int contract = members.integer("contract");
    if (contract != contract_version) {
        throw ModelError(where + " follows model contract version " + std::to_string(contract) +
                         "; this skymask reads version " + std::to_string(contract_version) +
                         ". Export the model again with this version, or install the skymask that made it.");
    }
    const auto working = members.integers(members.member("working_size"), "working_size", 2);
    ParsedHeader parsed;
    EngineHeader& header = parsed.header;
    header.model = {.name = members.text("name"),
                    .version = members.text("version"),
                    .license = members.text("license"),
                    .training_data = members.text("training_data"),
                    .commit = members.text("commit"),
                    .working_width = working[1],
                    .working_height = working[0],
                    .contract = contract};
    header.model_hash = members.text("model_hash");
    header.family = members.text("library");
    header.version = members.text("library_version");
    for (const Json& capability : members.array(members.member("compute_capabilities"), "compute_capabilities")) {
        const auto pair = members.integers(capability, "compute_capabilities", 2);
        header.capabilities.push_back({.major = pair[0], .minor = pair[1]});
    }
    header.precision = precision_named(members);
    header.sizes = {members.shape("smallest"), members.shape("usual"), members.shape("largest")};
    parsed.plan_bytes = static_cast<std::size_t>(members.integer("plan_bytes"));
    parsed.plan_hash = members.text("plan_hash");
    return parsed;
}

}  // namespace skymask::engines::trt
