#include "golden.hpp"

#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace {

/// Reads a binary PPM or PGM as make_golden.py writes them.
std::vector<std::uint8_t> read_netpbm(const std::filesystem::path& path, std::size_t bytes) {
    std::ifstream file(path, std::ios::binary);
    std::string magic;
    int width = 0;
    int height = 0;
    int maximum = 0;
    file >> magic >> width >> height >> maximum;
    file.get();
    std::vector<std::uint8_t> pixels(bytes);
    file.read(reinterpret_cast<char*>(pixels.data()), static_cast<std::streamsize>(bytes));
    if (!file || maximum != 255) {
        throw std::runtime_error(path.string() + " is not a whole picture; delete its folder and run ctest again");
    }
    return pixels;
}

Golden read_entry(const nlohmann::json& entry) {
    const std::filesystem::path folder = SKYMASK_GOLDEN_FOLDER;
    Golden golden{.name = entry.at("name"), .width = entry.at("width"), .height = entry.at("height")};
    const auto pixels = static_cast<std::size_t>(golden.width) * static_cast<std::size_t>(golden.height);
    golden.frame = read_netpbm(folder / entry.at("frame").get<std::string>(), 3 * pixels);
    golden.mask = read_netpbm(folder / entry.at("mask").get<std::string>(), pixels);
    return golden;
}

nlohmann::json read_entries() {
    const std::filesystem::path manifest = std::filesystem::path(SKYMASK_GOLDEN_FOLDER) / "manifest.json";
    std::ifstream file(manifest);
    if (!file) {
        throw std::runtime_error("there is no " + manifest.string() + "; run the tests with ctest, which makes it");
    }
    return nlohmann::json::parse(file).at("frames");
}

}  // namespace

std::filesystem::path golden_model() { return SKYMASK_TEST_MODEL; }

std::vector<Golden> read_golden() {
    std::vector<Golden> all;
    for (const auto& entry : read_entries()) {
        all.push_back(read_entry(entry));
    }
    return all;
}

Golden read_golden(const std::string& name) {
    for (const auto& entry : read_entries()) {
        if (entry.at("name") == name) {
            return read_entry(entry);
        }
    }
    throw std::runtime_error("there is no golden frame '" + name + "'");
}
