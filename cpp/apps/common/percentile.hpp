// Percentiles as NumPy computes them.
#pragma once

#include <vector>

namespace skymask::apps {

/// The value below which `percent` of the values lie, between two of them by linear interpolation; NaN of none.
[[nodiscard]] double percentile(std::vector<double> values, double percent);

}  // namespace skymask::apps
