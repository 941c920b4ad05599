#pragma once

#include <cstddef>
#include <string>

#include "engine_file.hpp"

namespace skymask::engines::trt {

/// The header as JSON text. `plan_bytes` and `plan_hash` tell whether the plan behind it is whole.
[[nodiscard]] std::string to_json(const EngineHeader& header, std::size_t plan_bytes, const std::string& plan_hash);

/// What `to_json` wrote.
struct ParsedHeader {
    EngineHeader header;
    std::size_t plan_bytes = 0;
    std::string plan_hash;
};

/// Throws ModelError where the text is not such a header, or follows another version of the contract.
[[nodiscard]] ParsedHeader from_json(const std::string& text, const std::string& where);

}  // namespace skymask::engines::trt
