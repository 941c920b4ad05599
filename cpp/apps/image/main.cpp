// Writes the sky masks of photographs.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <opencv2/imgcodecs.hpp>

#include "errors.hpp"
#include "interrupt.hpp"
#include "model_choice.hpp"
#include "output_file.hpp"
#include "overlay.hpp"
#include "photographs.hpp"
#include "report.hpp"

namespace skymask::apps {

namespace {

namespace fs = std::filesystem;

constexpr const char* description =
    "Write the sky masks of photographs.\n\n"
    "Each mask is an 8-bit grey PNG of the photograph's own size, upright: 255 is sky, 0 is not, in between along "
    "leaves and wires. It is named like the photograph (a.jpg gives a.png), and subfolders are kept. Masks that are "
    "there already are skipped, so an interrupted run is resumed by calling it again; those that have not their "
    "photograph's size any more are made again. A photograph that cannot be read is reported, the others are done, and "
    "the exit code is 1.\n\n"
    "For example:\n\n"
    "  skymask-image photo.jpg -o mask.png\n"
    "  skymask-image photos -o masks\n"
    "  skymask-image photos -o pictures --view overlay";

struct ImageOptions {
    std::vector<std::string> inputs;
    fs::path output;
    View view = View::mask;
    bool overwrite = false;
    ModelChoice model;
};

std::optional<ImageOptions> parse_options(int argc, char** argv) {
    CLI::App app(description, "skymask-image");
    ImageOptions options;
    std::string view = name_of(options.view);
    app.add_option("inputs", options.inputs, "Photographs, and folders with all their subfolders.")
        ->type_name("INPUT")
        ->required();
    app.add_option("-o,--output", options.output,
                   "Folder for the results; for one photograph also a file ending in .png.")
        ->type_name("PATH")
        ->required();
    app.add_option("--view", view,
                   "mask is the alpha; overlay the photograph with its sky tinted blue; side-by-side both; cutout the "
                   "photograph without its sky.")
        ->check(CLI::IsMember(std::vector<std::string>(view_names.begin(), view_names.end())))
        ->type_name("VIEW")
        ->capture_default_str();
    app.add_flag("--overwrite", options.overwrite,
                 "Make results again that are there already, also those that fit their photographs.");
    options.model.add_to(app);
    if (!parse(app, argc, argv)) {
        return std::nullopt;
    }
    options.view = static_cast<View>(std::find(view_names.begin(), view_names.end(), view) - view_names.begin());
    return options;
}

void write_png(const cv::Mat& picture, const fs::path& path) {
    std::error_code error;
    if (path.has_parent_path()) {
        fs::create_directories(path.parent_path(), error);  // create_part says so if that failed
    }
    const fs::path part = create_part(path);
    bool written = false;
    try {
        written = cv::imwrite(part.string(), picture);
    } catch (const cv::Exception&) {  // said below
    }
    if (!written) {
        fs::remove(part, error);
        throw OutputError(path.string() +
                          " cannot be written: the disk is full or the folder has gone. Free some "
                          "space or choose another place.");
    }
    move_into_place(part, path);
}

void segment_photograph(Segmenter& sky, const ImageJob& job, View view) {
    const cv::Mat photograph = read_photograph(job.photograph);
    const ImageView image{photograph.data, photograph.cols, photograph.rows, photograph.step, Format::bgr};
    try {
        Mask alpha = sky(image);
        const cv::Mat grey(alpha.height(), alpha.width(), CV_8UC1, alpha.pixels().data());
        write_png(view == View::mask ? grey : compose(photograph, alpha, view), job.result);
    } catch (const InputError& error) {  // the photograph is too small
        throw MediaError(job.photograph.string() + ": " + error.what());
    }
}

/// How many photographs came to which end.
struct Counts {
    std::size_t written = 0;
    std::size_t again = 0;  ///< of those written, in the place of one that did not fit any more
    std::size_t skipped = 0;
    std::size_t failed = 0;
};

Counts segment_photographs(Segmenter& sky, const std::vector<ImageJob>& jobs, const ImageOptions& options) {
    Counts counts;
    for (const ImageJob& job : jobs) {
        if (is_interrupted()) {
            throw Interrupted();
        }
        std::error_code unknown;
        const bool is_there = !options.overwrite && fs::exists(job.result, unknown);
        if (is_there && fits(job, options.view)) {
            ++counts.skipped;
            continue;
        }
        try {
            segment_photograph(sky, job, options.view);
            ++counts.written;
            counts.again += is_there ? 1 : 0;
        } catch (const MediaError& error) {
            std::cerr << error.what() << '\n';
            ++counts.failed;
        }
    }
    return counts;
}

void run_images(const ImageOptions& options) {
    const auto [jobs, left_out] = plan_images(options.inputs, options.output);
    if (!left_out.empty()) {
        std::cerr << "skymask-image: " << left_out.text() << ".\n";
    }
    Segmenter sky = options.model.load();
    note_interrupts();
    const Counts counts = segment_photographs(sky, jobs, options);
    std::cout << counts.written << (options.view == View::mask ? " mask" : " picture")
              << (counts.written == 1 ? "" : "s") << " written to " << options.output.string() << " ("
              << sky.info().name << ' ' << sky.info().version << ", " << describe(sky.engine()) << ')';
    if (counts.again > 0) {
        std::cout << ", " << counts.again << " of them again, as they did not fit their photographs any more";
    }
    if (counts.skipped > 0) {
        std::cout << ", " << counts.skipped << " skipped that were there already (--overwrite makes them again)";
    }
    std::cout << ".\n";
    if (counts.failed > 0) {
        throw Error(std::to_string(counts.failed) + " of " + std::to_string(jobs.size()) +
                    " photographs failed; see above.");
    }
}

}  // namespace

}  // namespace skymask::apps

int main(int argc, char** argv) {
    return skymask::apps::run_program("skymask-image", [&] {
        if (const auto options = skymask::apps::parse_options(argc, argv)) {
            skymask::apps::run_images(*options);
        }
    });
}
