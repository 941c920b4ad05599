#include "registry.hpp"

#include <algorithm>
#include <array>
#include <thread>

#include <skymask/error.hpp>

#include "../model_file.hpp"
#include "../suggest.hpp"

namespace skymask {
namespace engines {
namespace {

// Named one by one: in a static library a factory that registers itself would be left out by the linker.
constexpr std::array<const Factory*,
#if defined(SKYMASK_HAS_OPENVINO) && defined(SKYMASK_HAS_TENSORRT)
                     2
#elif defined(SKYMASK_HAS_OPENVINO) || defined(SKYMASK_HAS_TENSORRT)
                     1
#else
                     0
#endif
                     >
    built{
#ifdef SKYMASK_HAS_TENSORRT
        &tensorrt,
#endif
#ifdef SKYMASK_HAS_OPENVINO
        &openvino,
#endif
};

constexpr std::array all_names{"openvino", "tensorrt"};

const Factory* find(std::string_view name) {
    const auto found = std::ranges::find_if(built, [&](const Factory* factory) { return factory->name == name; });
    return found == built.end() ? nullptr : *found;
}

[[noreturn]] void refuse_name(const std::string& name) {
    if (std::ranges::find(all_names, name) != all_names.end()) {
        std::string option = name == "openvino" ? "SKYMASK_OPENVINO" : "SKYMASK_TENSORRT";
        throw EngineError("The engine '" + name + "' was not built into this library. Build skymask with -D" + option +
                          "=ON.");
    }
    std::vector<std::string> known = built_engines();
    known.emplace_back("auto");
    throw EngineError("Unknown engine '" + name + "'. " + suggest(name, known));
}

[[noreturn]] void refuse_device(const std::string& device) {
    std::string known = "auto";
    for (const Factory* factory : built) {
        known += std::string("; for ") + factory->name + " " + factory->devices;
    }
    throw EngineError("No engine that was built in has a device '" + device + "'. Known: " + known + ".");
}

/// The first engine that can be used here and has devices of such a name.
const Factory& choose(const std::string& device) {
    if (built.empty()) {
        throw EngineError("This library was built without an engine. Build skymask with -DSKYMASK_OPENVINO=ON or "
                          "-DSKYMASK_TENSORRT=ON.");
    }
    std::string problems;
    for (const Factory* factory : built) {
        if (device != "auto" && !factory->names_device(device)) {
            continue;
        }
        const std::string problem = factory->problem();
        if (problem.empty()) {
            return *factory;
        }
        problems += " " + problem;
    }
    if (problems.empty()) {
        refuse_device(device);
    }
    throw EngineError("None of the engines that were built in can be used here" +
                      (device == "auto" ? "." : " on the device '" + device + "'.") + problems);
}

void check_options(const Options& options) {
    if (options.frames_in_flight < 1 || options.frames_in_flight > max_frames_in_flight) {
        throw InputError("frames_in_flight must be from 1 to " + std::to_string(max_frames_in_flight) + "; got " +
                         std::to_string(options.frames_in_flight) + ".");
    }
    if (options.threads < 0) {
        throw InputError("threads must be at least 1, or 0 to let the engine decide; got " +
                         std::to_string(options.threads) + ".");
    }
    const int most_threads = std::max(max_threads, static_cast<int>(std::thread::hardware_concurrency()));
    if (options.threads > most_threads) {
        throw InputError("threads must be at most " + std::to_string(most_threads) + "; got " +
                         std::to_string(options.threads) + ".");
    }
}

/// The engine for a model: that of the file's suffix, the one that was named, or the first that works.
const Factory& select(const std::filesystem::path& model, const Options& options) {
    const std::string& name = options.engine;
    const Factory* owner = factory_for_suffix(model);
    if (owner != nullptr && name != "auto" && name != owner->name) {
        throw EngineError(model.string() + " is a file of the engine '" + owner->name + "', which '" + name +
                          "' cannot read. Give the ONNX file it was made from, or leave the engine at 'auto'.");
    }
    if (owner != nullptr) {
        return *owner;
    }
    if (name == "auto") {
        return choose(options.device);
    }
    if (const Factory* factory = find(name)) {
        return *factory;
    }
    refuse_name(name);
}

}  // namespace

std::span<const Factory* const> factories() noexcept { return built; }

const Factory* factory_for_suffix(const std::filesystem::path& model) noexcept {
    const auto found = std::ranges::find_if(built, [&](const Factory* factory) {
        return factory->own_suffix != nullptr && model.extension() == factory->own_suffix;
    });
    return found == built.end() ? nullptr : *found;
}

ModelInfo read_info(const std::filesystem::path& model) {
    if (const Factory* owner = factory_for_suffix(model)) {
        return owner->read_own_info(model);
    }
    if (model.extension() == ".engine") {
        throw EngineError(model.string() +
                          " is a TensorRT engine, and this library was built without TensorRT. Build "
                          "skymask with -DSKYMASK_TENSORRT=ON, or give the ONNX file it was made from.");
    }
    return read_model_info(model);
}

std::unique_ptr<Engine> open(const std::filesystem::path& model, const Options& options) {
    check_options(options);
    return select(model, options).open(model, options);
}

}  // namespace engines

std::vector<std::string> built_engines() {
    std::vector<std::string> names;
    for (const engines::Factory* factory : engines::factories()) {
        names.emplace_back(factory->name);
    }
    return names;
}

std::unique_ptr<Engine> open_engine(const std::filesystem::path& model, const Options& options) {
    static_cast<void>(engines::read_info(model));  // refuses what is not a skymask model, in the same words for all
    return engines::open(model, options);
}

}  // namespace skymask
