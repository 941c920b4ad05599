#include "mp4_boxes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skymask::apps {

namespace {

constexpr double longest_edit = 1e15;                // ticks
constexpr std::uint64_t most_samples = 100'000'000;  // a video of a month

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

/// A part of a track that is shown, in ticks of the track.
struct Edit {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

/// The edit list of a track, without the pauses in it. movie_rate, track_rate: ticks a second.
std::vector<Edit> edits_of(std::ifstream& file, const Box& track, double movie_rate, double track_rate) {
    const auto list = descendant(file, track, {"edts", "elst"});
    const bool is_wide = list && number_in(file, *list, 0, 1, 0, 1) > 0;
    const int width = is_wide ? 8 : 4;
    const std::uint64_t entry_size = 2 * static_cast<std::uint64_t>(width) + 4;
    std::vector<Edit> edits;
    for (auto at = list ? list->content + 8 : 0; list && at + entry_size <= list->end; at += entry_size) {
        std::array<unsigned char, 20> entry{};
        read_at(file, at, entry);
        const auto ticks = static_cast<double>(big_endian(entry.data(), width));
        const std::uint64_t bits = big_endian(entry.data() + width, width);
        const std::int64_t begin = is_wide ? static_cast<std::int64_t>(bits) : static_cast<std::int32_t>(bits);
        if (begin >= 0) {
            const double length = ticks > 0 ? ticks * track_rate / movie_rate : longest_edit;  // 0: to the end
            edits.push_back({begin, begin + std::llround(std::min(length, longest_edit))});
        }
    }
    return edits;
}

/// A table of a track, which has pairs of numbers: so many samples, and what holds for each of them.
class Runs {
public:
    Runs(std::ifstream& file, const Box& track, std::string_view type) {
        if (const auto table = descendant(file, track, {"mdia", "minf", "stbl", type})) {
            file.clear();
            file.seekg(static_cast<std::streamoff>(table->content + 8));
            std::array<unsigned char, 8> pair{};
            for (auto at = table->content + 16; at <= table->end && file.read(reinterpret_cast<char*>(pair.data()), 8);
                 at += 8) {
                runs_.emplace_back(big_endian(pair.data(), 4), big_endian(pair.data() + 4, 4));
            }
        }
    }

    /// What holds for the next sample; nothing behind the last one.
    std::optional<std::uint64_t> next() {
        while (run_ < runs_.size() && given_ == runs_[run_].first) {
            ++run_;
            given_ = 0;
        }
        if (run_ == runs_.size()) {
            return std::nullopt;
        }
        ++given_;
        return runs_[run_].second;
    }

private:
    std::vector<std::pair<std::uint64_t, std::uint64_t>> runs_;
    std::size_t run_ = 0;
    std::uint64_t given_ = 0;
};

/// How many samples of a track its edits show; nothing where it has none, or absurdly many.
std::optional<std::uint64_t> samples_in(std::ifstream& file, const Box& track, const std::vector<Edit>& edits) {
    Runs lengths(file, track, "stts");
    Runs delays(file, track, "ctts");  // from decoding to showing
    std::uint64_t count = 0;
    std::uint64_t shown = 0;
    std::int64_t decoded = 0;
    while (const auto length = lengths.next()) {
        const std::int64_t at = decoded + static_cast<std::int32_t>(delays.next().value_or(0));
        shown += std::any_of(edits.begin(), edits.end(),
                             [&](const Edit& edit) { return edit.begin <= at && at < edit.end; });
        decoded += static_cast<std::int64_t>(*length);
        if (++count > most_samples) {
            return std::nullopt;
        }
    }
    return count > 0 ? std::optional(shown) : std::nullopt;
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

std::optional<std::uint64_t> shown_frames(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const auto movie = descendant(file, whole_file(file, path), {"moov"});
    const auto movie_rate = movie ? static_cast<double>(number_in(file, *movie, {"mvhd"}, 12, 4, 20, 4)) : 0;
    std::optional<std::uint64_t> most;
    for (const Box& track : movie_rate > 0 ? video_tracks(file, *movie) : std::vector<Box>()) {
        const auto track_rate = static_cast<double>(number_in(file, track, {"mdia", "mdhd"}, 12, 4, 20, 4));
        const auto edits = edits_of(file, track, movie_rate, track_rate);
        if (!edits.empty()) {
            most = std::max(most, samples_in(file, track, edits));
        }
    }
    return most;
}

}  // namespace skymask::apps
