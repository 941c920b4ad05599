// Writes the sky masks of photographs.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "errors.hpp"
#include "interrupt.hpp"
#include "model_choice.hpp"
#include "overlay.hpp"
#include "photographs.hpp"
#include "report.hpp"
#include "segment_images.hpp"

namespace skymask::apps {

namespace {

namespace fs = std::filesystem;

constexpr const char* description =
    "Write the sky masks of photographs.\n\n"
    "Each mask is an 8-bit grey PNG of the photograph's own size, upright: 255 is sky, 0 is not, in between along "
    "leaves and wires. It is named like the photograph (a.jpg gives a.png), and subfolders are kept. Masks that are "
    "there already are skipped, so an interrupted run is resumed by calling it again; what does not have its "
    "photograph's size is kept and reported. A photograph that cannot be read is reported too, the others are done, "
    "and the exit code is 1.\n\n"
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
                 "Replace what is in the place of results, and make them all again.");
    options.model.add_to(app);
    if (!parse(app, argc, argv)) {
        return std::nullopt;
    }
    options.view = static_cast<View>(std::find(view_names.begin(), view_names.end(), view) - view_names.begin());
    return options;
}

void run_images(const ImageOptions& options) {
    const auto [jobs, left_out] = plan_images(options.inputs, options.output);
    if (!left_out.empty()) {
        std::cerr << "skymask-image: " << left_out.text() << ".\n";
    }
    Segmenter sky = options.model.load();
    note_interrupts();
    const Counts counts = segment_images(sky, jobs, options.view, options.overwrite);
    std::cout << counts.written << (options.view == View::mask ? " mask" : " picture")
              << (counts.written == 1 ? "" : "s") << " written to " << options.output.string() << " ("
              << sky.info().name << ' ' << sky.info().version << ", " << describe(sky.engine()) << ')';
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
    return skymask::apps::run_program("skymask-image", "Make the largest photographs smaller.", [&] {
        if (const auto options = skymask::apps::parse_options(argc, argv)) {
            skymask::apps::run_images(*options);
        }
    });
}
