// The contract of all engines, over the TensorRT engine and the substitute library.
#include "contract/engine_contract.hpp"
#include "substitute.hpp"

namespace {

EngineCase with_slots(const char* name, int slots) {
    EngineCase engine{.name = name, .options = tensorrt_options(), .tolerance = {2, 1e-3, 1e-3}, .max_side = 3840};
    engine.options.frames_in_flight = slots;
    engine.prepare = [] { const Substitute healthy; };
    return engine;
}

INSTANTIATE_TEST_SUITE_P(TensorRt, EngineContract, testing::Values(with_slots("two_slots", 2), with_slots("one_slot", 1)),
                         engine_case_name);

}  // namespace
