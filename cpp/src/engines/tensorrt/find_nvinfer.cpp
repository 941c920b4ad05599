#include "nvinfer.hpp"

#include <algorithm>

#include <skymask/error.hpp>

#include "../../engine_checks.hpp"

namespace skymask::engines::trt {
namespace {

std::string version_text(int version) {
    // TensorRT for RTX counts from 1: 1.4.0 is 10400. TensorRT itself: 10.14.1 is 101401.
    return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
           std::to_string(version % 100);
}

std::string with_commas(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

}  // namespace

bool Sizes::contain(Shape shape) const noexcept {
    const auto within = [](int low, int value, int high) { return low <= value && value <= high; };
    return within(smallest.count, shape.count, largest.count) && within(smallest.height, shape.height, largest.height) &&
           within(smallest.width, shape.width, largest.width);
}

void check_precision(Precision wanted, Precision found, const std::string& where) {
    if (wanted != Precision::automatic && wanted != found) {
        throw EngineError("TensorRT computes in the precision of the model's graph: " + where + " is " +
                          name_of(found) + ", but " + name_of(wanted) + " was asked for. Export the model again with "
                          "'skymask export --precision " + name_of(wanted) + "', or leave the precision at 'auto'.");
    }
}

Found find_nvinfer(const std::optional<std::string>& family, bool cross_builds) {
    std::vector<std::string> looked_for;
    std::string misfits;
    for (const Abi* abi : abis()) {
        if ((family && *family != abi->family) || (cross_builds && !abi->cross_builds)) {
            continue;
        }
        const SharedLibrary library = SharedLibrary::first_of(abi->libraries);
        looked_for.insert(looked_for.end(), abi->libraries.begin(), abi->libraries.end());
        if (!library) {
            continue;
        }
        const auto version_of = library.function<int (*)()>("getInferLibVersion");
        const int version = version_of != nullptr ? version_of() : 0;
        if (version < abi->first_version || version >= abi->end_version) {
            misfits += " " + library.name() + " is version " + version_text(version) + "; this program was built for " +
                       version_text(abi->first_version) + " up to below " + version_text(abi->end_version) + ".";
            continue;
        }
        return {abi->open(library, SharedLibrary::first_of(abi->parsers), version), abi};
    }
    std::ranges::sort(looked_for);
    looked_for.erase(std::ranges::unique(looked_for).begin(), looked_for.end());
    if (looked_for.empty()) {
        throw EngineError("TensorRT cannot be used: this program was not built for " + family.value_or("TensorRT for RTX") +
                          ". Build it with that library's headers (SKYMASK_TENSORRT_INCLUDE_DIR).");
    }
    if (misfits.empty()) {
        misfits = " None of " + with_commas(looked_for) + " was found.";
    }
    throw EngineError("TensorRT cannot be used:" + misfits +
                      " Install a version that fits and add its folder to LD_LIBRARY_PATH, or use the engine 'openvino'.");
}

}  // namespace skymask::engines::trt
