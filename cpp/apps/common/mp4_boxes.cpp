#include "mp4_boxes.hpp"

#include <array>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

namespace skymask::apps {

namespace {

struct Box {
    std::string type;
    std::uint64_t size = 0;  ///< bytes, its head included; 0 reaches to the end of the file
};

std::uint64_t big_endian(const unsigned char* bytes, int count) {
    std::uint64_t value = 0;
    for (int index = 0; index < count; ++index) {
        value = value << 8 | bytes[index];
    }
    return value;
}

std::optional<Box> read_head(std::ifstream& file, std::uint64_t position) {
    std::array<char, 16> head{};
    file.clear();
    file.seekg(static_cast<std::streamoff>(position));
    file.read(head.data(), head.size());
    const auto* bytes = reinterpret_cast<const unsigned char*>(head.data());
    if (file.gcount() < 8) {
        return std::nullopt;
    }
    Box box{std::string(head.data() + 4, 4), big_endian(bytes, 4)};
    if (box.size == 1) {  // the size did not fit into 32 bits
        box.size = big_endian(bytes + 8, 8);
    }
    return box;
}

}  // namespace

Mp4State look_at_mp4(const std::filesystem::path& path) {
    std::error_code error;
    const std::uint64_t end = std::filesystem::file_size(path, error);
    std::ifstream file(path, std::ios::binary);
    if (error || !file || end == 0) {
        return Mp4State::not_mp4;
    }
    bool has_index = false;
    bool is_cut = false;
    std::uint64_t position = 0;
    while (position < end) {
        const auto box = read_head(file, position);
        if (position == 0 && (!box || box->type != "ftyp")) {
            return Mp4State::not_mp4;
        }
        if (!box || (box->size != 0 && (box->size < 8 || box->size > end - position))) {
            is_cut = true;
            break;
        }
        has_index = has_index || box->type == "moov";
        position = box->size == 0 ? end : position + box->size;
    }
    if (!has_index) {
        return Mp4State::no_index;
    }
    return is_cut ? Mp4State::cut_short : Mp4State::whole;
}

}  // namespace skymask::apps
