#include "mp4_boxes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace skymask::apps {

namespace {

struct Box {
    std::string type;
    std::uint64_t content = 0;  ///< where its head ends, in bytes from the beginning of the file
    std::uint64_t end = 0;
};

std::uint64_t big_endian(const unsigned char* bytes, int count) {
    std::uint64_t value = 0;
    for (int index = 0; index < count; ++index) {
        value = value << 8 | bytes[index];
    }
    return value;
}

/// The bytes from a position on, fewer where the file ends.
template <std::size_t count>
std::size_t read_at(std::ifstream& file, std::uint64_t position, std::array<unsigned char, count>& bytes) {
    file.clear();
    file.seekg(static_cast<std::streamoff>(position));
    file.read(reinterpret_cast<char*>(bytes.data()), count);
    return static_cast<std::size_t>(file.gcount());
}

/// The box at a position; nothing where it is too small for its own head, or ends beyond `limit`.
std::optional<Box> box_at(std::ifstream& file, std::uint64_t position, std::uint64_t limit) {
    std::array<unsigned char, 16> head{};
    if (read_at(file, position, head) < 8) {
        return std::nullopt;
    }
    std::uint64_t size = big_endian(head.data(), 4);
    std::uint64_t head_size = 8;
    if (size == 1) {  // it did not fit into 32 bits
        size = big_endian(head.data() + 8, 8);
        head_size = 16;
    } else if (size == 0) {  // to the end
        size = limit - position;
    }
    if (size < head_size || size > limit - position) {
        return std::nullopt;
    }
    return Box{{head.begin() + 4, head.begin() + 8}, position + head_size, position + size};
}

/// The whole boxes from `position` on.
std::vector<Box> boxes_between(std::ifstream& file, std::uint64_t position, std::uint64_t limit) {
    std::vector<Box> boxes;
    while (position < limit) {
        const auto box = box_at(file, position, limit);
        if (!box) {
            break;
        }
        boxes.push_back(*box);
        position = box->end;
    }
    return boxes;
}

/// Whether frames are missing from what lies at a position, where no whole box does. Other bytes behind the last box,
/// such as cameras write, mean nothing.
bool is_cut_media_at(std::ifstream& file, std::uint64_t position) {
    std::array<unsigned char, 8> head{};
    if (read_at(file, position, head) < head.size()) {
        return false;
    }
    const std::string type(head.begin() + 4, head.end());
    return type == "mdat" || type == "moof";
}

std::optional<Box> child(std::ifstream& file, const Box& parent, std::string_view type) {
    const auto boxes = boxes_between(file, parent.content, parent.end);
    const auto found = std::find_if(boxes.begin(), boxes.end(), [&](const Box& box) { return box.type == type; });
    return found == boxes.end() ? std::nullopt : std::optional(*found);
}

/// A number of a box whose fields are wider from version 1 on; 0 where the box is too short.
std::uint64_t number_in(std::ifstream& file, const Box& box, int offset_v0, int width_v0, int offset_v1, int width_v1) {
    std::array<unsigned char, 40> content{};
    const std::size_t size = std::min<std::size_t>(read_at(file, box.content, content), box.end - box.content);
    const bool is_wide = content[0] > 0;
    const int offset = is_wide ? offset_v1 : offset_v0;
    const int width = is_wide ? width_v1 : width_v0;
    return static_cast<std::size_t>(offset + width) <= size ? big_endian(content.data() + offset, width) : 0;
}

bool is_video(std::ifstream& file, const Box& track) {
    const auto media = child(file, track, "mdia");
    const auto handler = media ? child(file, *media, "hdlr") : std::nullopt;
    return handler && number_in(file, *handler, 8, 4, 8, 4) == 0x76696465;  // "vide"
}

/// How long a track plays, which is the sum of its edits; 0 where that is not known.
std::uint64_t shown_ticks(std::ifstream& file, const Box& track) {
    const auto header = child(file, track, "tkhd");
    const std::uint64_t ticks = header ? number_in(file, *header, 20, 4, 28, 8) : 0;
    return ticks == UINT32_MAX || ticks == UINT64_MAX ? 0 : ticks;
}

std::uint64_t size_of(const std::filesystem::path& path) {
    std::error_code error;
    const std::uint64_t size = std::filesystem::file_size(path, error);
    return error ? 0 : size;
}

}  // namespace

Mp4State look_at_mp4(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::uint64_t size = file ? size_of(path) : 0;
    const auto boxes = boxes_between(file, 0, size);
    if (boxes.empty() || boxes.front().type != "ftyp") {
        return Mp4State::not_mp4;
    }
    if (std::none_of(boxes.begin(), boxes.end(), [](const Box& box) { return box.type == "moov"; })) {
        return Mp4State::no_index;
    }
    return is_cut_media_at(file, boxes.back().end) ? Mp4State::cut_short : Mp4State::whole;
}

bool is_fragmented(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const auto boxes = boxes_between(file, 0, file ? size_of(path) : 0);
    return std::any_of(boxes.begin(), boxes.end(),
                       [&](const Box& box) { return box.type == "moov" && child(file, box, "mvex"); });
}

std::optional<double> shown_video_s(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const auto boxes = boxes_between(file, 0, file ? size_of(path) : 0);
    const auto movie = std::find_if(boxes.begin(), boxes.end(), [](const Box& box) { return box.type == "moov"; });
    const auto header = movie == boxes.end() ? std::nullopt : child(file, *movie, "mvhd");
    const std::uint64_t ticks_a_second = header ? number_in(file, *header, 12, 4, 20, 4) : 0;
    if (ticks_a_second == 0) {
        return std::nullopt;
    }
    std::uint64_t ticks = 0;
    for (const Box& track : boxes_between(file, movie->content, movie->end)) {
        if (track.type == "trak" && is_video(file, track)) {
            ticks = std::max(ticks, shown_ticks(file, track));
        }
    }
    return ticks > 0 ? std::optional(static_cast<double>(ticks) / static_cast<double>(ticks_a_second)) : std::nullopt;
}

}  // namespace skymask::apps
