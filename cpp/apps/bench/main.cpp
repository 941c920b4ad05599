// Measures how fast this machine is.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <skymask/segmenter.hpp>

#include "display.hpp"
#include "errors.hpp"
#include "interrupt.hpp"
#include "model_choice.hpp"
#include "output_file.hpp"
#include "results.hpp"
#include "tasks.hpp"

namespace skymask::apps {

namespace {

namespace fs = std::filesystem;

constexpr const char* description =
    "Measure how fast this machine is: inference alone, with a display, with resizing and a display.\n\n"
    "Latency is of one frame at a time, p50 and p95; frames/s with two in flight. Each round measures every row once; "
    "the "
    "table has medians over rounds, and the JSON file every round. Without a display, the rows that need one are left "
    "out. Leave the machine alone meanwhile.\n\n"
    "For example:\n\n"
    "  skymask-bench\n"
    "  skymask-bench --size 640x480 1920x1080 3840x2160 --precision fp32 -o bench.json\n"
    "  skymask-bench --task infer --batch 8";

struct BenchOptions {
    std::vector<std::string> sizes{"640x480", "1920x1080"};
    std::vector<std::string> tasks{task_names.begin(), task_names.end()};
    int batch = 1;
    int rounds = 5;
    double seconds = 0.7;
    fs::path output;
    ModelChoice model;
};

std::optional<BenchOptions> parse_options(int argc, char** argv) {
    CLI::App app(description, "skymask-bench");
    BenchOptions options;
    app.add_option("--size", options.sizes, "Sizes of the frames.")->type_name("WxH")->capture_default_str();
    app.add_option("--task", options.tasks, "Rows to measure: infer, show, resize-show.")
        ->check(CLI::IsMember(std::vector<std::string>(task_names.begin(), task_names.end())))
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--batch", options.batch, "Frames an inference, for inference alone.")
        ->check(CLI::PositiveNumber)
        ->type_name("INT")
        ->capture_default_str();
    app.add_option("--rounds", options.rounds,
                   "How often everything is measured; fewer than 5 say little about the spread.")
        ->check(CLI::PositiveNumber)
        ->type_name("INT")
        ->capture_default_str();
    app.add_option("--seconds", options.seconds,
                   "How long a row is measured in a round, for latency and again for frames/s.")
        ->check(CLI::PositiveNumber)
        ->type_name("NUMBER")
        ->capture_default_str();
    app.add_option("-o,--output", options.output, "JSON file to write.")->type_name("FILE");
    options.model.add_to(app);
    return parse(app, argc, argv) ? std::optional(options) : std::nullopt;
}

std::vector<Row> plan(const BenchOptions& options) {
    std::vector<Row> rows;
    for (const std::string& size : options.sizes) {
        const cv::Size pixels = parse_size(size);
        if (std::min(pixels.width, pixels.height) < min_side) {
            throw InputError("A size must be at least " + std::to_string(min_side) + " pixels each way; got " + size +
                             ".");
        }
        for (std::size_t index = 0; index < task_names.size(); ++index) {
            if (std::find(options.tasks.begin(), options.tasks.end(), task_names[index]) != options.tasks.end()) {
                const auto task = static_cast<Task>(index);
                rows.push_back({task, pixels, task == Task::infer ? options.batch : 1, {}, {}});
            }
        }
    }
    return rows;
}

/// Notes in rows that show why they cannot be measured here, if so.
void leave_out_windows(std::vector<Row>& rows) {
    std::string problem;
    for (Row& row : rows) {
        if (row.task == Task::infer) {
            continue;
        }
        if (problem.empty()) {
            try {
                require_display();
                return;
            } catch (const DisplayError& error) {
                problem = error.what();
            }
        }
        row.left_out = problem;
    }
}

/// Throws OutputError where the results could not be written in the end.
void check_output(const fs::path& path) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
        throw OutputError("The results " + path.string() +
                          " cannot be written: it is a folder. Give the name of a file in a folder that exists.");
    }
    fs::remove(create_part(path), ignored);
}

Turn measure(const Row& row, Segmenter& sky, const BenchOptions& options) {
    std::unique_ptr<Window> window;
    if (row.task != Task::infer) {
        SourceInfo info{"bench", "bench", false, row.size};
        window = std::make_unique<Window>(info, View::overlay, false, [](const std::string&) {}, is_interrupted);
    }
    Bout bout(row.task, sky, make_frame(row.size), row.batch, options.model.options.frames_in_flight, window.get());
    return bout.measure(options.seconds);
}

void run_bench(const BenchOptions& options) {
    std::vector<Row> rows = plan(options);
    if (!options.output.empty()) {
        check_output(options.output);
    }
    leave_out_windows(rows);
    note_interrupts();
    Segmenter sky = options.model.load();
    for (int round = 0; round < options.rounds; ++round) {
        for (std::size_t index = 0; index < rows.size(); ++index) {
            // Every other round goes backwards, so that no row always comes after the one that heats the processor.
            Row& row = rows[round % 2 == 0 ? index : rows.size() - 1 - index];
            if (is_interrupted()) {
                throw Interrupted();
            }
            if (row.left_out.empty()) {
                row.turns.push_back(measure(row, sky, options));
            }
        }
    }
    print_table(std::cout, rows, sky);
    if (!options.output.empty()) {
        write_json(options.output, rows, sky);
        std::cout << "\nWritten to " << options.output.string() << ".\n";
    }
}

}  // namespace

}  // namespace skymask::apps

int main(int argc, char** argv) {
    return skymask::apps::run_program("skymask-bench", "Use smaller frames (--size).", [&] {
        if (const auto options = skymask::apps::parse_options(argc, argv)) {
            skymask::apps::run_bench(*options);
        }
    });
}
