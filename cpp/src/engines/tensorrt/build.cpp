#include "build.hpp"

#include <fstream>
#include <system_error>

#include <skymask/error.hpp>
#include <skymask/tensorrt.hpp>

#include "../../engine_checks.hpp"
#include "../../file_bytes.hpp"
#include "../../model_file.hpp"

namespace skymask::engines::trt {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// What makes the work of one machine useless on another, as text.
std::string machine_text(const Found& found, const std::optional<Gpu>& gpu) {
    std::string text = std::string(found.abi->family) + " " + found.nvinfer->version();
    if (gpu) {
        text += " " + gpu->name + " " + std::to_string(gpu->major) + "." + std::to_string(gpu->minor);
    }
    return text;
}

std::string sizes_text(const Sizes& sizes) {
    return to_text(sizes.smallest) + to_text(sizes.usual) + to_text(sizes.largest);
}

void make_cache_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error || !std::filesystem::is_directory(folder)) {
        throw OutputError("The cache folder " + folder.string() + " cannot be made: " +
                          (error ? error.message() : "it is a file") + ".");
    }
}

/// Writes a file into the cache. Where that fails, what is in it is not lost: it is in use, and made again next time.
void keep(const std::filesystem::path& path, std::span<const std::uint8_t> content) {
    try {
        write_whole(path, content);
    } catch (const OutputError&) {
    }
}

/// A file of the cache that can be used, or nothing: one that is damaged or out of date is built anew.
std::optional<EngineFile> read_usable(const std::filesystem::path& path, const EngineHeader& wanted) {
    try {
        if (EngineFile file = parse_engine_file(read_if_there(path), path.string());
            file.header.model_hash == wanted.model_hash && file.header.version == wanted.version &&
            file.header.family == wanted.family && file.header.sizes == wanted.sizes &&
            file.header.capabilities == wanted.capabilities) {
            return file;
        }
    } catch (const ModelError&) {
    }
    return std::nullopt;
}

}  // namespace

Sizes default_sizes() {
    const EngineBuild defaults;
    return {.smallest = defaults.smallest, .usual = defaults.usual, .largest = defaults.largest};
}

EngineFile build(const Found& found, const std::filesystem::path& model, const Sizes& sizes, Precision precision,
                 const std::optional<Gpu>& gpu, const std::vector<ComputeCapability>& targets,
                 const std::filesystem::path& cache) {
    const Bytes onnx = read_model_bytes(model);
    EngineFile file;
    file.header.model = read_model_info(onnx, model.string());
    file.header.model_hash = hash(onnx);
    file.header.family = found.abi->family;
    file.header.version = found.nvinfer->version();
    file.header.capabilities = targets;
    file.header.sizes = sizes;
    if (targets.empty() && gpu) {
        file.header.capabilities.push_back({.major = gpu->major, .minor = gpu->minor});
    }
    const auto timings = cache / ("timings-" + hash(machine_text(found, gpu)) + ".bin");
    BuildRequest request{.onnx = onnx,
                         .where = model.string(),
                         .sizes = sizes,
                         .precision = precision,
                         .targets = targets,
                         .timing_cache = {}};
    if (!cache.empty()) {
        request.timing_cache = read_if_there(timings);
    }
    BuiltPlan built = found.nvinfer->build(request);
    if (!cache.empty() && !built.timing_cache.empty()) {
        keep(timings, built.timing_cache);
    }
    file.header.precision = built.precision;
    file.plan = std::move(built.plan);
    return file;
}

EngineFile cached_or_built(const Found& found, const std::filesystem::path& model, Precision precision, const Gpu& gpu,
                           const std::filesystem::path& cache) {
    const Sizes sizes = default_sizes();
    if (cache.empty()) {
        return build(found, model, sizes, precision, gpu, {}, cache);
    }
    make_cache_folder(cache);
    EngineHeader wanted;
    wanted.model_hash = hash(read_model_bytes(model));
    wanted.family = found.abi->family;
    wanted.version = found.nvinfer->version();
    wanted.capabilities = {{.major = gpu.major, .minor = gpu.minor}};
    wanted.sizes = sizes;
    const std::string key = hash(wanted.model_hash + machine_text(found, gpu) + sizes_text(sizes));
    const auto path = cache / (model.stem().string() + "-" + key + ".engine");
    if (auto file = read_usable(path, wanted)) {
        return *std::move(file);
    }
    EngineFile file = build(found, model, sizes, precision, gpu, {}, cache);
    keep(path, to_bytes(file));
    return file;
}

Bytes read_if_there(const std::filesystem::path& path) {
    try {
        return read_model_bytes(path);
    } catch (const ModelError&) {
        return {};
    }
}

std::filesystem::path kernels_path(const Found& found, const Gpu& gpu, std::span<const std::uint8_t> plan,
                                   const std::filesystem::path& cache) {
    return cache.empty() ? cache : cache / ("kernels-" + hash(hash(plan) + machine_text(found, gpu)) + ".bin");
}

}  // namespace skymask::engines::trt
