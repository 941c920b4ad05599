#include "model_info.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <variant>

#include <skymask/error.hpp>

#include "json.hpp"
#include "suggest.hpp"

namespace skymask {
namespace {

using Metadata = std::map<std::string, std::string>;

const std::string prefix = "skymask.";

const Json::Number* number(const Json& json) { return std::get_if<Json::Number>(&json.value); }

bool is_text(const Json& json) { return std::holds_alternative<std::string>(json.value); }

bool is_integer(const Json& json) { return number(json) != nullptr && number(json)->is_integer; }

bool is_side(const Json& json) {
    return is_integer(json) && number(json)->value > 0 && number(json)->value <= std::numeric_limits<int>::max();
}

bool is_size(const Json& json) {
    const auto* sides = std::get_if<Json::Array>(&json.value);
    return sides != nullptr && sides->size() == 2 && std::ranges::all_of(*sides, is_side);
}

bool is_numbers(const Json& json) {
    const auto* members = std::get_if<Json::Object>(&json.value);
    return members != nullptr &&
           std::ranges::all_of(*members, [](const auto& member) { return number(member.second); });
}

struct Rule {
    const char* name;
    bool (*fits)(const Json&);
};

constexpr std::array rules{
    Rule{"name", is_text},         Rule{"version", is_text},       Rule{"license", is_text},
    Rule{"working_size", is_size}, Rule{"training_data", is_text}, Rule{"commit", is_text},
    Rule{"metrics", is_numbers},   Rule{"parity", is_numbers},     Rule{"contract", is_integer},
};

Json parse(const Metadata& metadata, const std::string& key, const std::string& where) {
    const auto entry = metadata.find(key);
    if (entry == metadata.end()) {
        throw ModelError(where + " lacks the metadata entry '" + key +
                         "' that every skymask model has. Export it again with 'skymask export'.");
    }
    if (auto json = parse_json(entry->second)) {
        return *std::move(json);
    }
    throw ModelError(where + " has a metadata entry '" + key + "' that is not JSON: " + repr(entry->second) + ".");
}

void check_version(const Json& contract, const std::string& text, const std::string& where) {
    if (number(contract) == nullptr || number(contract)->value != contract_version) {
        throw ModelError(where + " follows model contract version " + text + "; this skymask reads version " +
                         std::to_string(contract_version) +
                         ". Export the model again with this version, or install the skymask that made it.");
    }
}

}  // namespace

ModelInfo info_from_metadata(const Metadata& metadata, const std::string& where) {
    if (!metadata.contains(prefix + "contract")) {
        throw ModelError(where + " is an ONNX file but not a skymask model: its metadata has no '" + prefix +
                         "contract'. Export one with 'skymask export'.");
    }
    std::map<std::string, Json> values;
    for (const Rule& rule : rules) {
        values[rule.name] = parse(metadata, prefix + rule.name, where);
    }
    check_version(values["contract"], metadata.at(prefix + "contract"), where);
    for (const Rule& rule : rules) {
        if (!rule.fits(values[rule.name])) {
            throw ModelError(where + " has a metadata entry '" + prefix + rule.name +
                             "' of the wrong kind: " + metadata.at(prefix + rule.name) + ".");
        }
    }
    const auto text = [&](const char* name) { return std::get<std::string>(values[name].value); };
    const auto& size = std::get<Json::Array>(values["working_size"].value);
    return {.name = text("name"),
            .version = text("version"),
            .license = text("license"),
            .training_data = text("training_data"),
            .commit = text("commit"),
            .working_width = static_cast<int>(number(size[1])->value),
            .working_height = static_cast<int>(number(size[0])->value),
            .contract = contract_version};
}

}  // namespace skymask
