// What a model file declares; the twin of ModelInfo.from_metadata in Python's skymask/contract.py.
#pragma once

#include <map>
#include <string>

#include <skymask/segmenter.hpp>

namespace skymask {

inline constexpr int contract_version = 1;

/// Reads the entries "skymask.<field>" of a model's metadata, each JSON text; `where` is the file's name in messages.
/// Throws ModelError where one is missing or malformed, or the contract version is not `contract_version`.
[[nodiscard]] ModelInfo info_from_metadata(const std::map<std::string, std::string>& metadata,
                                           const std::string& where);

}  // namespace skymask
