#pragma once

#include <skymask/engine.hpp>

namespace skymask::engines {

/// Compares what two engines say of one test picture. A graph may compute more than colours in its floating-point
/// numbers, such as where to sample, and then fewer bits give not a slightly different mask but a wrong one.
///
/// precision: that of the reduced engine's floating-point numbers, for the message.
/// Throws EngineError where more than a hundredth of the pixels change sides.
void check_precision(Engine& reduced, Precision precision, Engine& reference);

}  // namespace skymask::engines
