#include "results.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <thread>

#include <nlohmann/json.hpp>

#include "model_choice.hpp"
#include "output_file.hpp"
#include "percentile.hpp"
#include "report.hpp"

namespace skymask::apps {

namespace {

using Json = nlohmann::ordered_json;

std::string size_text(cv::Size size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

std::string title(const Row& row) { return task_titles[static_cast<std::size_t>(row.task)]; }

std::vector<double> values(const Row& row, const std::function<double(const Turn&)>& value) {
    std::vector<double> found;
    for (const Turn& turn : row.turns) {
        found.push_back(value(turn));
    }
    return found;
}

double rounded(double value) { return std::round(value * 1e3) / 1e3; }

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("model name") && line.find(": ") != std::string::npos) {
            return line.substr(line.find(": ") + 2);
        }
    }
    return "unknown";
}

Json json_of(const Row& row) {
    Json turns = Json::array();
    for (const Turn& turn : row.turns) {
        turns.push_back({{"frames", turn.frames},
                         {"p50_ms", rounded(turn.p50_ms)},
                         {"p95_ms", rounded(turn.p95_ms)},
                         {"frames_per_s", rounded(turn.frames_per_s)}});
    }
    Json json{{"task", task_names[static_cast<std::size_t>(row.task)]},
              {"title", title(row)},
              {"size", size_text(row.size)},
              {"batch", row.batch}};
    if (row.left_out.empty()) {
        json["p50_ms"] = rounded(percentile(values(row, [](const Turn& turn) { return turn.p50_ms; }), 50));
        json["p95_ms"] = rounded(percentile(values(row, [](const Turn& turn) { return turn.p95_ms; }), 50));
        json["frames_per_s"] = rounded(percentile(values(row, [](const Turn& turn) { return turn.frames_per_s; }), 50));
        json["rounds"] = std::move(turns);
    } else {
        json["left_out"] = row.left_out;
    }
    return json;
}

/// One cell, `width` characters, to the right unless it is text.
std::string cell(const std::string& text, int width, bool is_text = false) {
    std::ostringstream out;
    out << (is_text ? std::left : std::right) << std::setw(width) << text << "  ";
    return out.str();
}

std::string number(double value, int digits) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(digits) << value;
    return out.str();
}

std::string numbers_of(const Row& row) {
    const auto p50 = values(row, [](const Turn& turn) { return turn.p50_ms; });
    const auto p95 = values(row, [](const Turn& turn) { return turn.p95_ms; });
    const auto rate = values(row, [](const Turn& turn) { return turn.frames_per_s; });
    const auto [low, high] = std::minmax_element(rate.begin(), rate.end());
    return cell(number(percentile(p50, 50), 2), 9) + cell(number(percentile(p95, 50), 2), 9) +
           cell(number(percentile(rate, 50), 1), 9) + cell(number(*low, 1) + " - " + number(*high, 1), 15);
}

}  // namespace

void print_table(std::ostream& out, const std::vector<Row>& rows, const Segmenter& sky) {
    const EngineDescription engine = sky.engine();
    out << sky.info().name << ' ' << sky.info().version << ", " << describe(engine) << ", " << name_of(engine.precision)
        << "\n\n"
        << cell("", 24, true) << cell("size", 10, true) << cell("batch", 5) << cell("p50 ms", 9) << cell("p95 ms", 9)
        << cell("frames/s", 9) << cell("over rounds", 15) << '\n';
    for (const Row& row : rows) {
        out << cell(title(row), 24, true) << cell(size_text(row.size), 10, true) << cell(std::to_string(row.batch), 5);
        out << (row.left_out.empty() ? numbers_of(row) : "left out, see below") << '\n';
    }
    const auto left_out = std::find_if(rows.begin(), rows.end(), [](const Row& row) { return !row.left_out.empty(); });
    if (left_out != rows.end()) {
        out << "\nLeft out: " << left_out->left_out << '\n';
    }
}

void write_json(const std::filesystem::path& path, const std::vector<Row>& rows, const Segmenter& sky) {
    const EngineDescription engine = sky.engine();
    Json list = Json::array();
    for (const Row& row : rows) {
        list.push_back(json_of(row));
    }
    const Json json{{"machine", {{"cpu", processor()}, {"cores", std::thread::hardware_concurrency()}}},
                    {"model", sky.info().name + " " + sky.info().version},
                    {"engine",
                     {{"engine", engine.engine},
                      {"version", engine.version},
                      {"device", engine.device},
                      {"precision", name_of(engine.precision)},
                      {"threads", engine.threads}}},
                    {"rows", list}};
    write_text(path, json.dump(1) + "\n");
}

}  // namespace skymask::apps
