// As much JSON as the metadata of a model need: reads, never writes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace skymask {

/// A JSON value.
struct Json {
    /// A number; `is_integer` where it has neither a fraction nor an exponent.
    struct Number {
        double value = 0.0;
        bool is_integer = false;
    };
    struct Member;
    using Array = std::vector<Json>;
    using Object = std::vector<Member>;

    std::variant<std::monostate, bool, Number, std::string, Array, Object> value;  ///< monostate is null
};

/// A name in an object and its value.
struct Json::Member {
    std::string first;
    Json second;
};

/// Reads one value with nothing but white space around it; nothing where the text is not JSON, or nests deeper than
/// any model's metadata.
[[nodiscard]] std::optional<Json> parse_json(std::string_view text);

}  // namespace skymask
