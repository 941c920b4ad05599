#include "model_choice.hpp"

#include <iostream>
#include <map>
#include <regex>
#include <set>

#include <skymask/error.hpp>

namespace skymask::apps {

namespace {

namespace fs = std::filesystem;

constexpr const char* default_model = "fast.onnx";

const std::map<std::string, Precision> precisions{
    {"auto", Precision::automatic}, {"fp32", Precision::fp32}, {"fp16", Precision::fp16}, {"bf16", Precision::bf16}};

std::string engine_names() {
    std::string names = "auto";
    for (const std::string& engine : built_engines()) {
        names += ", " + engine;
    }
    return names;
}

fs::path folder_of_shipped_models() {
    std::error_code ignored;
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
    const fs::path installed = program.parent_path().parent_path() / "share" / "skymask";
    return fs::exists(installed / default_model, ignored) ? installed : fs::path(SKYMASK_WEIGHTS_FOLDER);
}

/// Names of the shipped models that are there, with commas.
std::string shipped_names() {
    std::set<std::string> names;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder_of_shipped_models(), ignored)) {
        if (entry.path().extension() == ".onnx") {
            names.insert(entry.path().stem().string());
        }
    }
    std::string list;
    for (const std::string& name : names) {
        list += (list.empty() ? "" : ", ") + name;
    }
    return list;
}

}  // namespace

void ModelChoice::add_to(CLI::App& app) {
    app.add_option("--model", model,
                   "A shipped model (" + shipped_names() +
                       "), a file made by 'skymask export', or a TensorRT engine. Default: fast.")
        ->type_name("MODEL");
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
    return Segmenter::load(model_path(model), options);
}

fs::path model_path(const std::string& model) {
    const fs::path path(model);
    if (path != path.filename() || path.has_extension()) {
        return path;
    }
    std::error_code ignored;
    const fs::path shipped = folder_of_shipped_models() / (model.empty() ? default_model : model + ".onnx");
    if (fs::exists(shipped, ignored)) {
        return shipped;
    }
    if (model.empty()) {
        throw ModelError("The shipped model " + shipped.string() +
                         " is missing. Install skymask again, or name a model of your own with --model.");
    }
    if (fs::exists(path, ignored)) {
        return path;
    }
    throw ModelError("Unknown model '" + model + "'. Known: " + shipped_names() +
                     ". A model of your own is given by the path of its file, such as ./model.onnx.");
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
