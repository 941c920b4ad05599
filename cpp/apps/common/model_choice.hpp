// The options that name a model and how it is run; the same in every program.
#pragma once

#include <filesystem>
#include <string>

#include <CLI/CLI.hpp>
#include <opencv2/core.hpp>
#include <skymask/segmenter.hpp>

namespace skymask::apps {

/// What --model, --engine, --device, --threads, --precision and --cache say.
struct ModelChoice {
    std::string model;
    Options options;

    /// Adds the options to a program; they are read when it is parsed, so this object stays where it is.
    void add_to(CLI::App& app);

    [[nodiscard]] Segmenter load() const;
};

/// The file of a model: that of a shipped one by its name (empty is "fast"), else the path itself. Shipped models lie
/// beside an installed program in ../share/skymask, else in the source tree it was built from.
/// Throws ModelError where a name is unknown, or the shipped models are not where they were installed.
[[nodiscard]] std::filesystem::path model_path(const std::string& model);

/// "640x360" to a size. Throws InputError; `option` names it in the message.
[[nodiscard]] cv::Size parse_size(const std::string& text, const std::string& option = "--size");

/// The name of a precision as --precision takes it.
[[nodiscard]] std::string name_of(Precision precision);

/// Parses a command line. Returns false where --help or --version was answered. Throws InputError.
[[nodiscard]] bool parse(CLI::App& app, int argc, char** argv);

}  // namespace skymask::apps
