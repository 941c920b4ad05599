// Builds a TensorRT engine from a model, for this machine's GPU or ahead of time for others.
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <skymask/tensorrt.hpp>

#include "errors.hpp"
#include "model_choice.hpp"

namespace skymask::apps {
namespace {

constexpr const char* description =
    "Build a TensorRT engine from a model.\n\n"
    "An engine runs with the TensorRT version that built it, on GPUs of the compute capability it was built for, and on "
    "frames of the sizes given here. Without --compute-capability it is for the GPU of this machine. With it, no GPU is "
    "needed, but TensorRT for RTX is (RTX 3060: 8.6, RTX 40: 8.9, RTX 50: 12.0).\n\n"
    "TensorRT computes in the precision of the model's graph; --fp16 and --int8 refuse a model of another.\n\n"
    "For example:\n\n"
    "  skymask-build-engine fast.onnx -o fast.engine\n"
    "  skymask-build-engine fast16.onnx -o fast.engine --fp16 --compute-capability 8.6\n"
    "  skymask-video clip.mp4 -o sky.mp4 --model fast.engine";

struct BuildOptions {
    std::string model;
    std::filesystem::path output;
    EngineBuild build;
};

/// "4x1080x1920" (frames x height x width) to a shape.
Shape parse_shape(const std::string& text, const std::string& option) {
    Shape shape;
    char rest = 0;
    if (std::sscanf(text.c_str(), "%dx%dx%d%c", &shape.count, &shape.height, &shape.width, &rest) != 3) {
        throw InputError(option + " must be frames x height x width, such as 1x720x1280; got '" + text + "'.");
    }
    return shape;
}

std::string text(Shape shape) {
    return std::to_string(shape.count) + "x" + std::to_string(shape.height) + "x" + std::to_string(shape.width);
}

std::optional<BuildOptions> parse_options(int argc, char** argv) {
    CLI::App app(description, "skymask-build-engine");
    BuildOptions options;
    EngineBuild& build = options.build;
    std::string smallest = text(build.smallest);
    std::string usual = text(build.usual);
    std::string largest = text(build.largest);
    bool fp16 = false;
    bool int8 = false;
    app.add_option("model", options.model, "Name of a shipped model, such as fast, or a file made by 'skymask export'.")
        ->type_name("MODEL")
        ->required();
    app.add_option("-o,--output", options.output, "The engine file; give it the suffix .engine.")
        ->type_name("FILE")
        ->required();
    app.add_option("--compute-capability", build.compute_capabilities, "Of the GPUs to build for; may be given again.")
        ->type_name("X.Y")
        ->allow_extra_args(false);
    auto* half = app.add_flag("--fp16", fp16, "Refuse a model that does not compute in 16-bit floating point.");
    app.add_flag("--int8", int8, "Refuse a model that is not quantised to 8 bits.")->excludes(half);
    app.add_option("--smallest", smallest, "Frames x height x width.")->type_name("NxHxW")->capture_default_str();
    app.add_option("--usual", usual, "The size that the engine is made fastest for.")
        ->type_name("NxHxW")
        ->capture_default_str();
    app.add_option("--largest", largest, "Larger frames and batches are refused.")
        ->type_name("NxHxW")
        ->capture_default_str();
    if (!parse(app, argc, argv)) {
        return std::nullopt;
    }
    build.smallest = parse_shape(smallest, "--smallest");
    build.usual = parse_shape(usual, "--usual");
    build.largest = parse_shape(largest, "--largest");
    build.precision = fp16 ? Precision::fp16 : int8 ? Precision::int8 : Precision::automatic;
    if (options.output.extension() != ".engine") {
        throw InputError("An engine file must be named .engine, or no program will take it for one; got " +
                         options.output.string() + ".");
    }
    return options;
}

void run(const BuildOptions& options) {
    const BuiltEngine built = build_engine(model_path(options.model), options.output, options.build);
    std::string capabilities;
    for (const std::string& capability : built.compute_capabilities) {
        capabilities += (capabilities.empty() ? "" : ", ") + capability;
    }
    std::cout << options.output.string() << ": " << name_of(built.precision) << ", " << built.library << " "
              << built.version << ", compute capability " << capabilities << ", frames from "
              << text(options.build.smallest) << " to " << text(options.build.largest) << ", "
              << static_cast<double>(built.bytes / 100'000) / 10 << " MB\n";
}

}  // namespace
}  // namespace skymask::apps

int main(int argc, char** argv) {
    return skymask::apps::run_program("skymask-build-engine", "Give smaller shapes, --largest before all.", [&] {
        if (const auto options = skymask::apps::parse_options(argc, argv)) {
            skymask::apps::run(*options);
        }
    });
}
