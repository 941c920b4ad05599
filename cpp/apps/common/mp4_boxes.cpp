#include "mp4_boxes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <initializer_list>
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

/// The boxes of a type in another.
std::vector<Box> children(std::ifstream& file, const Box& parent, std::string_view type) {
    auto boxes = boxes_between(file, parent.content, parent.end);
    std::erase_if(boxes, [&](const Box& box) { return box.type != type; });
    return boxes;
}

/// The first box that lies in others of these types, the outermost first.
std::optional<Box> descendant(std::ifstream& file, Box box, std::initializer_list<std::string_view> types) {
    for (const std::string_view type : types) {
        const auto found = children(file, box, type);
        if (found.empty()) {
            return std::nullopt;
        }
        box = found.front();
    }
    return box;
}

/// The whole file as a box.
Box whole_file(std::ifstream& file, const std::filesystem::path& path) {
    std::error_code error;
    const std::uint64_t size = file ? std::filesystem::file_size(path, error) : 0;
    return {"", 0, error ? 0 : size};
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

/// The same of a descendant; 0 where it is not there.
std::uint64_t number_in(std::ifstream& file, const Box& box, std::initializer_list<std::string_view> types,
                        int offset_v0, int width_v0, int offset_v1, int width_v1) {
    const auto found = descendant(file, box, types);
    return found ? number_in(file, *found, offset_v0, width_v0, offset_v1, width_v1) : 0;
}

std::vector<Box> video_tracks(std::ifstream& file, const Box& movie) {
    auto tracks = children(file, movie, "trak");
    std::erase_if(tracks, [&](const Box& track) {
        return number_in(file, track, {"mdia", "hdlr"}, 8, 4, 8, 4) != 0x76696465;  // "vide"
    });
    return tracks;
}

/// How long a track plays, which is the sum of its edits; 0 where that is not known.
std::uint64_t shown_ticks(std::ifstream& file, const Box& track) {
    const std::uint64_t ticks = number_in(file, track, {"tkhd"}, 20, 4, 28, 8);
    return ticks == UINT32_MAX || ticks == UINT64_MAX ? 0 : ticks;
}

/// How long the sample of a track stays that stays longest: its table has pairs of numbers, so many samples of so many
/// ticks.
std::uint64_t longest_sample_ticks(std::ifstream& file, const Box& track) {
    const auto table = descendant(file, track, {"mdia", "minf", "stbl", "stts"});
    if (!table) {
        return 0;
    }
    const std::uint64_t first = table->content + 8;  // behind its version and length
    file.clear();
    file.seekg(static_cast<std::streamoff>(first));
    std::uint64_t longest = 0;
    std::array<unsigned char, 8> pair{};
    for (auto at = first; at + 8 <= table->end && file.read(reinterpret_cast<char*>(pair.data()), 8); at += 8) {
        longest = std::max(longest, big_endian(pair.data() + 4, 4));
    }
    return longest;
}

/// Samples that the fragments of a file hold of a track.
std::uint64_t samples_in_fragments(std::ifstream& file, const Box& whole, std::uint64_t track_id) {
    std::uint64_t count = 0;
    for (const Box& fragment : children(file, whole, "moof")) {
        for (const Box& part : children(file, fragment, "traf")) {
            if (number_in(file, part, {"tfhd"}, 4, 4, 4, 4) == track_id) {
                for (const Box& run : children(file, part, "trun")) {
                    count += number_in(file, run, 4, 4, 4, 4);
                }
            }
        }
    }
    return count;
}

}  // namespace

Mp4State look_at_mp4(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const auto boxes = boxes_between(file, 0, whole_file(file, path).end);
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
    return descendant(file, whole_file(file, path), {"moov", "mvex"}).has_value();
}

Mp4Frames count_frames(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const Box whole = whole_file(file, path);
    Mp4Frames most;
    const auto movie = descendant(file, whole, {"moov"});
    for (const Box& track : movie ? video_tracks(file, *movie) : std::vector<Box>()) {
        const std::uint64_t id = number_in(file, track, {"tkhd"}, 12, 4, 20, 4);
        const Mp4Frames frames{number_in(file, track, {"mdia", "minf", "stbl", "stsz"}, 8, 4, 8, 4),
                               samples_in_fragments(file, whole, id)};
        if (frames.indexed + frames.in_fragments > most.indexed + most.in_fragments) {
            most = frames;
        }
    }
    return most;
}

std::optional<Mp4Times> video_times(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const auto movie = descendant(file, whole_file(file, path), {"moov"});
    const auto ticks_a_second = movie ? static_cast<double>(number_in(file, *movie, {"mvhd"}, 12, 4, 20, 4)) : 0;
    Mp4Times times;
    for (const Box& track : ticks_a_second > 0 ? video_tracks(file, *movie) : std::vector<Box>()) {
        const double shown_s = static_cast<double>(shown_ticks(file, track)) / ticks_a_second;
        if (shown_s <= times.shown_s) {
            continue;
        }
        times = {shown_s};
        if (const auto own = static_cast<double>(number_in(file, track, {"mdia", "mdhd"}, 12, 4, 20, 4)); own > 0) {
            times.media_s = static_cast<double>(number_in(file, track, {"mdia", "mdhd"}, 16, 4, 24, 8)) / own;
            times.longest_frame_s = static_cast<double>(longest_sample_ticks(file, track)) / own;
        }
    }
    return times.shown_s > 0 ? std::optional(times) : std::nullopt;
}

}  // namespace skymask::apps
