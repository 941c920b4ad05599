// The frames and reference masks that tests/golden/make_golden.py has written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <skymask/image.hpp>

/// A frame and the reference engine's mask of it.
struct Golden {
    std::string name;  ///< such as "odd_641x479"
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> frame{};  ///< packed RGB
    std::vector<std::uint8_t> mask{};

    [[nodiscard]] skymask::ImageView view() const { return {frame.data(), width, height, 0, skymask::Format::rgb}; }
};

/// The model that the masks were made with.
[[nodiscard]] std::filesystem::path golden_model();

/// All of them, read anew; throws std::runtime_error where they have not been made.
[[nodiscard]] std::vector<Golden> read_golden();

/// One of them by its name.
[[nodiscard]] Golden read_golden(const std::string& name);
