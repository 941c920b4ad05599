#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skymask {

/// Ends a message about an unknown name: the nearest known one, then all of them, as in
/// "Did you mean 'openvino'? Known: auto, openvino.". The same rule and words as Python's errors.suggest.
[[nodiscard]] std::string suggest(std::string_view unknown, std::vector<std::string> known);

/// The text as Python's repr shows it: in single quotes, what is not printable escaped.
[[nodiscard]] std::string repr(std::string_view text);

}  // namespace skymask
