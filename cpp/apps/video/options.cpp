#include "options.hpp"

#include <algorithm>
#include <vector>

#include "errors.hpp"

namespace skymask::apps {

namespace {

namespace fs = std::filesystem;

constexpr const char* description =
    "Segment the sky in every frame of a video: on screen, into a file, or both.\n\n"
    "For example:\n\n"
    "  skymask-video holiday.mp4 --show\n"
    "  skymask-video holiday.mp4 -o sky.mp4 --report speed.json\n"
    "  skymask-video 0 --show --view overlay\n"
    "  skymask-video rtsp://camera.local/stream -o sky.mp4 --fps 10 --size 640x360\n\n"
    "Exit codes: 0 done, 1 the work failed, 2 wrong usage or input, 130 interrupted.";

/// What CLI11 hands over as text or numbers, before it is checked.
struct RawOptions {
    std::string view = view_names.front();
    std::optional<std::string> size;
};

void add_options(CLI::App& app, VideoOptions& options, RawOptions& raw) {
    app.add_option("source", options.source, "Video file, index of a camera (0), or rtsp:// or http:// address.")
        ->type_name("SOURCE")
        ->required();
    app.add_option("-o,--output", options.output,
                   "Video to write (.mp4, .mov, .m4v, .mkv), H.264, at a constant frame rate, without sound. After "
                   "Ctrl-C it plays up to there.")
        ->type_name("FILE");
    app.add_flag("--show", options.show,
                 "Open a window. Keys: q or Esc quits, space pauses, v takes the next view, s saves a picture. A file "
                 "plays at its own speed.");
    app.add_option("--view", raw.view,
                   "side-by-side is the frame, and beside it the frame with its sky tinted blue; overlay the tinted "
                   "frame alone; mask the alpha as grey levels; cutout the frame without its sky.")
        ->check(CLI::IsMember(std::vector<std::string>(view_names.begin(), view_names.end())))
        ->type_name("VIEW")
        ->capture_default_str();
    app.add_option(
           "--fps", options.capture.fps,
           "Most frames per second to use; others are left out. Live sources drop what they have to in any case.")
        ->type_name("NUMBER");
    app.add_option("--size", raw.size, "Size to scale the frames to first, for example 640x360.")->type_name("WxH");
    app.add_option("--max-frames", options.max_frames, "Stop after so many frames.")->type_name("INT");
    app.add_option("--report", options.report,
                   "JSON file to write, with the number of frames, frames per second, milliseconds per stage, share of "
                   "frames without sky, and confidence; the same keys as 'skymask video --report'.")
        ->type_name("FILE");
    app.add_option("--trace", options.trace,
                   "JSON file to write: which stage worked on which frame, and when, for ui.perfetto.dev or "
                   "chrome://tracing.")
        ->type_name("FILE");
    options.model.add_to(app);
}

void check_folder(const fs::path& path, const std::string& what) {
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (!path.empty() && (fs::is_directory(path) || !fs::is_directory(folder))) {
        throw OutputError("The " + what + " " + path.string() +
                          " cannot be written: " + (fs::is_directory(path) ? "it is a folder" : "no such folder") +
                          ". Give the name of a file in a folder that exists.");
    }
}

void check(const VideoOptions& options) {
    if (options.output.empty() && options.report.empty() && options.trace.empty() && !options.show) {
        throw InputError(
            "There is nothing to do with the result: give -o FILE.mp4 to write it, --show to see it, or --report "
            "FILE.json to measure the speed.");
    }
    if (options.max_frames && *options.max_frames < 1) {
        throw InputError("--max-frames must be at least 1; got " + std::to_string(*options.max_frames) + ".");
    }
    std::error_code ignored;
    if (!options.output.empty() && fs::equivalent(options.output, options.source, ignored)) {
        throw InputError("The output " + options.output.string() +
                         " is the source itself, which it would replace. Give it another name.");
    }
    check_folder(options.report, "report");
    check_folder(options.trace, "trace");
}

}  // namespace

std::optional<VideoOptions> parse_video_options(int argc, char** argv) {
    CLI::App app(description, "skymask-video");
    VideoOptions options;
    RawOptions raw;
    add_options(app, options, raw);
    if (!parse(app, argc, argv)) {
        return std::nullopt;
    }
    const auto* const view = std::find(view_names.begin(), view_names.end(), raw.view);
    options.view = static_cast<View>(view - view_names.begin());
    if (raw.size) {
        options.capture.size = parse_size(*raw.size);
    }
    check(options);
    return options;
}

}  // namespace skymask::apps
