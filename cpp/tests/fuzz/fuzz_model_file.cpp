// Any bytes are a model or a ModelError; what is accepted follows the contract.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "model_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto info = skymask::read_model_info({data, size}, "fuzz.onnx");
        if (info.contract != 1 || info.working_width < 1 || info.working_height < 1) {
            std::abort();
        }
    } catch (const skymask::ModelError&) {  // the only answer to what is no model
    }
    return 0;
}
