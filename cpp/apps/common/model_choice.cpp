#include "model_choice.hpp"

#include <iostream>
#include <map>
#include <regex>

#include <skymask/error.hpp>

namespace skymask::apps {

namespace {

namespace fs = std::filesystem;

const std::map<std::string, Precision> precisions{
    {"auto", Precision::automatic}, {"fp32", Precision::fp32}, {"fp16", Precision::fp16}, {"bf16", Precision::bf16}};

std::string engine_names() {
    std::string names = "auto";
    for (const std::string& engine : built_engines()) {
        names += ", " + engine;
    }
    return names;
}

}  // namespace

void ModelChoice::add_to(CLI::App& app) {
    app.add_option("--model", model,
                   "A file made by 'skymask export', or a TensorRT engine. Default: the shipped model.")
        ->type_name("FILE");
    app.add_option("--engine", options.engine, "One of those built in: " + engine_names() + ".")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--device", options.device, "auto; OpenVINO's cpu, gpu or npu; a CUDA device's number.")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--threads", options.threads, "CPU threads for inference in all. Default: the engine decides.")
        ->check(CLI::PositiveNumber)
        ->type_name("INT");
    app.add_option_function<std::string>(
           "--precision", [this](const std::string& name) { options.precision = precisions.at(name); },
           "auto is fp32 with OpenVINO, as the Python package computes (an NPU chooses), and with TensorRT that of the "
           "model; fp16, bf16.")
        ->check(CLI::IsMember(precisions))
        ->type_name("NAME")
        ->default_str("auto");
    app.add_option("--cache", options.cache, "Folder to keep compiled models in, for a quick start the next time.")
        ->type_name("FOLDER");
}

Segmenter ModelChoice::load() const {
    return Segmenter::load(model.empty() ? shipped_model() : fs::path(model), options);
}

fs::path shipped_model() {
    std::error_code ignored;
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
    for (const fs::path& path :
         {program.parent_path().parent_path() / "share" / "skymask" / "fast.onnx", fs::path(SKYMASK_SOURCE_MODEL)}) {
        if (fs::exists(path, ignored)) {
            return path;
        }
    }
    throw ModelError("The shipped model fast.onnx is not where it was installed. Name a model with --model FILE.");
}

cv::Size parse_size(const std::string& text, const std::string& option) {
    static const std::regex pattern("([0-9]{1,5})[xX]([0-9]{1,5})");
    std::smatch match;
    if (!std::regex_match(text, match, pattern)) {
        throw InputError(option + " must be WIDTHxHEIGHT in pixels, such as 640x360; got '" + text + "'.");
    }
    return {std::stoi(match[1]), std::stoi(match[2])};
}

std::string name_of(Precision precision) {
    for (const auto& [name, value] : precisions) {
        if (value == precision) {
            return name;
        }
    }
    return precision == Precision::int8 ? "int8" : "unknown";  // never chosen: a model comes quantised or not
}

bool parse(CLI::App& app, int argc, char** argv) {
    app.set_version_flag("--version", app.get_name() + " " SKYMASK_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
            app.exit(error, std::cout, std::cerr);
            return false;
        }
        throw InputError(std::string(error.what()) + ". See '" + app.get_name() + " --help'.");
    }
    return true;
}

}  // namespace skymask::apps
