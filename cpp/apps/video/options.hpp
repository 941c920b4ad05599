// The command line of skymask-video.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "capture.hpp"
#include "model_choice.hpp"
#include "overlay.hpp"

namespace skymask::apps {

/// What was asked for, checked as far as it can be before anything is opened.
struct VideoOptions {
    std::string source;
    CaptureOptions capture;
    std::filesystem::path output;
    bool show = false;
    View view = View::side_by_side;
    std::optional<long> max_frames;
    std::filesystem::path report;
    std::filesystem::path trace;
    ModelChoice model;
};

/// Nothing where --help or --version was answered. Throws InputError or OutputError.
[[nodiscard]] std::optional<VideoOptions> parse_video_options(int argc, char** argv);

}  // namespace skymask::apps
