#include <charconv>
#include <optional>

#include <skymask/error.hpp>
#include <skymask/tensorrt.hpp>

#include "../../engine_checks.hpp"
#include "../../model_file.hpp"
#include "build.hpp"

namespace skymask {
namespace {

using namespace engines::trt;

ComputeCapability parse_capability(const std::string& text) {
    ComputeCapability capability;
    const char* const end = text.data() + text.size();
    const auto major = std::from_chars(text.data(), end, capability.major);
    if (major.ec == std::errc{} && major.ptr != end && *major.ptr == '.') {
        const auto minor = std::from_chars(major.ptr + 1, end, capability.minor);
        if (minor.ec == std::errc{} && minor.ptr == end && capability.major >= 0 && capability.minor >= 0) {
            return capability;
        }
    }
    throw InputError("A compute capability is two numbers, such as 8.6; got '" + text + "'.");
}

std::vector<ComputeCapability> parse_capabilities(const std::vector<std::string>& texts) {
    std::vector<ComputeCapability> capabilities;
    for (const std::string& text : texts) {
        capabilities.push_back(parse_capability(text));
    }
    return capabilities;
}

Sizes checked_sizes(const EngineBuild& build) {
    const Sizes sizes{.smallest = build.smallest, .usual = build.usual, .largest = build.largest};
    check_shape(sizes.smallest);
    if (!Sizes{sizes.smallest, sizes.smallest, sizes.largest}.contain(sizes.usual)) {
        throw InputError("The usual size must lie between the smallest and the largest; got " +
                         to_text(sizes.smallest) + ", " + to_text(sizes.usual) + " and " + to_text(sizes.largest) + ".");
    }
    return sizes;
}

}  // namespace

BuiltEngine build_engine(const std::filesystem::path& model, const std::filesystem::path& output,
                         const EngineBuild& request) {
    static_cast<void>(read_model_info(model));  // what is wrong with the file is said before what the machine lacks
    const Sizes sizes = checked_sizes(request);
    const auto targets = parse_capabilities(request.compute_capabilities);
    check_can_write(output);
    // A build for GPUs that are named needs none; only TensorRT for RTX can do that.
    const std::optional<Gpu> gpu = targets.empty() ? std::optional(find_gpu(0)) : std::nullopt;
    std::optional<CurrentGpu> current;
    if (gpu) {
        current.emplace(gpu->index);  // TensorRT builds for that one
    }
    const Found found = find_nvinfer({}, !targets.empty());
    const EngineFile file = build(found, model, sizes, request.precision, gpu, targets, {});
    const auto content = to_bytes(file);
    write_whole(output, content);
    BuiltEngine built{.library = file.header.family,
                      .version = file.header.version,
                      .compute_capabilities = {},
                      .precision = file.header.precision,
                      .bytes = content.size()};
    for (const ComputeCapability& capability : file.header.capabilities) {
        built.compute_capabilities.push_back(capability.text());
    }
    return built;
}

}  // namespace skymask
