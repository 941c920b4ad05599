// The contract of all engines, on a real GPU with a real TensorRT. Not run yet: no GPU was at hand. Skipped without one;
// benchmarks/gpu.sh runs it for each precision. SKYMASK_GPU_MODEL is the model (else the shipped one),
// SKYMASK_GPU_PRECISION what it was exported in.
#include <cstdlib>

#include "contract/engine_contract.hpp"

namespace {

std::string environment(const char* name, const std::string& otherwise) {
    const char* const value = std::getenv(name);
    return value != nullptr ? value : otherwise;
}

/// Expectations, not measurements: fp32 convolutions run in TF32 (10 bits of fraction), as fp16 has.
Tolerance tolerance_of(const std::string& precision) {
    return precision == "int8" ? Tolerance{64, 0.05, 0.02} : Tolerance{8, 0.01, 0.005};
}

void skip_without_gpu();

EngineCase on_gpu() {
    return {.name = "gpu",
            .options = {.engine = "tensorrt", .cache = testing::TempDir() + "/skymask-gpu-cache"},
            .tolerance = tolerance_of(environment("SKYMASK_GPU_PRECISION", "fp32")),
            .model = environment("SKYMASK_GPU_MODEL", golden_model()),
            .max_side = 3840,
            .prepare = skip_without_gpu};
}

void skip_without_gpu() {
    try {
        static_cast<void>(skymask::open_engine(on_gpu().model, on_gpu().options));
    } catch (const skymask::EngineError& error) {
        if (std::string(error.what()).starts_with("TensorRT cannot be used")) {
            GTEST_SKIP() << error.what();
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Gpu, EngineContract, testing::Values(on_gpu()), engine_case_name);

}  // namespace
