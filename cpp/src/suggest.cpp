#include "suggest.hpp"

#include <algorithm>
#include <cstddef>

namespace skymask {
namespace {

constexpr double nearness = 0.6;  // Python's difflib.get_close_matches offers names from here up

/// Length of the longest common subsequence.
std::size_t common_length(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1, 0);
    for (const char letter : a) {
        std::size_t diagonal = 0;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t above = row[j + 1];
            row[j + 1] = letter == b[j] ? diagonal + 1 : std::max(above, row[j]);
            diagonal = above;
        }
    }
    return row.back();
}

double similarity(std::string_view a, std::string_view b) {
    const std::size_t letters = a.size() + b.size();
    return letters == 0 ? 1.0 : 2.0 * static_cast<double>(common_length(a, b)) / static_cast<double>(letters);
}

}  // namespace

std::string suggest(std::string_view unknown, std::vector<std::string> known) {
    std::ranges::sort(known);
    const std::string* nearest = nullptr;
    double best = nearness;
    for (const std::string& name : known) {
        if (const double score = similarity(unknown, name); score >= best) {
            best = score;
            nearest = &name;
        }
    }
    std::string text = nearest == nullptr ? "Known: " : "Did you mean '" + *nearest + "'? Known: ";
    for (std::size_t i = 0; i < known.size(); ++i) {
        text += (i == 0 ? "" : ", ") + known[i];
    }
    return text + ".";
}

std::string repr(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "'";
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter == '\n' || letter == '\t' || letter == '\r') {
            out += letter == '\n' ? "\\n" : letter == '\t' ? "\\t" : "\\r";
        } else if (letter == '\\' || letter == '\'') {
            out += {'\\', letter};
        } else if (byte >= 0x20 && byte < 0x7f) {
            out += letter;
        } else {
            out += {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]};
        }
    }
    return out + "'";
}

}  // namespace skymask
