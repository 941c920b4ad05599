// The rows of skymask-bench as a table and as JSON.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include <skymask/segmenter.hpp>

#include "tasks.hpp"

namespace skymask::apps {

/// One line of the table.
struct Row {
    Task task = Task::infer;
    cv::Size size;
    int batch = 1;            ///< frames an inference
    std::string left_out;     ///< why it cannot be measured here; empty where it can
    std::vector<Turn> turns;  ///< one a round
};

/// Prints medians over rounds, and the range of the frames per second.
void print_table(std::ostream& out, const std::vector<Row>& rows, const Segmenter& sky);

/// Writes every round's numbers, with the machine, the model and the engine. Throws OutputError.
void write_json(const std::filesystem::path& path, const std::vector<Row>& rows, const Segmenter& sky);

}  // namespace skymask::apps
