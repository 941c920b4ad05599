// Makes the results of photographs: decoding, inference and encoding overlap, and a broken photograph does not stop the
// others.
#pragma once

#include <cstddef>
#include <vector>

#include <skymask/segmenter.hpp>

#include "photographs.hpp"

namespace skymask::apps {

/// How many photographs came to which end.
struct Counts {
    std::size_t written = 0;
    std::size_t skipped = 0;
    std::size_t failed = 0;
};

/// Makes the results, and tells on stderr how far it is and what fails, in the order of the jobs.
///
/// overwrite: whether what is in the place of a result is replaced; otherwise it is kept, and has failed if it does not
/// fit.
/// Throws OutputError where a result cannot be written, what the engine throws, and Interrupted; results that are being
/// written then are finished.
[[nodiscard]] Counts segment_images(Segmenter& sky, const std::vector<ImageJob>& jobs, View view, bool overwrite);

}  // namespace skymask::apps
