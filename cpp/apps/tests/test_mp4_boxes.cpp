#include "mp4_boxes.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace skymask::apps {
namespace {

std::string box(const std::string& type, std::size_t content, std::size_t announced = 0) {
    const std::size_t size = announced > 0 ? announced : 8 + content;
    std::string head;
    for (int shift = 24; shift >= 0; shift -= 8) {
        head += static_cast<char>(size >> shift & 0xFF);
    }
    return head + type + std::string(content, '\0');
}

std::string around(const std::string& type, const std::string& content) {
    return box(type, 0, 8 + content.size()) + content;
}

/// Fields of four bytes each.
std::string fields(const std::vector<std::uint32_t>& values) {
    std::string bytes;
    for (const std::uint32_t value : values) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes += static_cast<char>(value >> shift & 0xFF);
        }
    }
    return bytes;
}

std::string track(const std::string& handler, const std::string& header, const std::string& in_media = "") {
    const std::string media = around("hdlr", fields({0, 0}) + handler) + in_media;
    return around("trak", around("tkhd", header) + around("mdia", media));
}

std::string table(const std::string& type, const std::vector<std::uint32_t>& values) {
    return around("minf", around("stbl", around(type, fields(values))));
}

template <typename Look>
auto look_with(Look look, const std::string& bytes) {
    const auto path = std::filesystem::temp_directory_path() / "skymask-test-boxes.mp4";
    std::ofstream(path, std::ios::binary) << bytes;
    const auto found = look(path);
    std::filesystem::remove(path);
    return found;
}

Mp4State look_at(const std::string& bytes) { return look_with(look_at_mp4, bytes); }

std::optional<std::uint64_t> shown(const std::string& in_movie) {
    return look_with(shown_frames, box("ftyp", 16) + around("moov", in_movie) + box("mdat", 30));
}

TEST(Mp4Boxes, TellsWholeFilesFromOthers) {
    EXPECT_EQ(look_at(box("ftyp", 16) + box("moov", 100) + box("mdat", 300)), Mp4State::whole);
    EXPECT_EQ(look_at(box("ftyp", 16) + box("mdat", 300)), Mp4State::no_index);
    EXPECT_EQ(look_at(box("ftyp", 16) + box("moov", 100) + box("mdat", 300, 5000)), Mp4State::cut_short);
    EXPECT_EQ(look_at(box("ftyp", 16) + box("mdat", 300) + box("moov", 50, 500)), Mp4State::no_index);
    EXPECT_EQ(look_at("RIFF and so on, which is another format"), Mp4State::not_mp4);
    EXPECT_EQ(look_at(""), Mp4State::not_mp4);
    EXPECT_EQ(look_at_mp4("/no/such/file.mp4"), Mp4State::not_mp4);
}

TEST(Mp4Boxes, ABoxWithoutASizeReachesToTheEnd) {
    std::string to_the_end = box("mdat", 300);
    to_the_end.replace(0, 4, 4, '\0');
    EXPECT_EQ(look_at(box("ftyp", 16) + box("moov", 100) + to_the_end), Mp4State::whole);
}

TEST(Mp4Boxes, ReadsLargeSizes) {
    std::string large = box("mdat", 300);
    large.replace(0, 4, std::string("\0\0\0\1", 4));
    large.replace(8, 8, std::string("\0\0\0\0\0\0\1\x34", 8));  // 308
    EXPECT_EQ(look_at(box("ftyp", 16) + box("moov", 100) + large), Mp4State::whole);
    large.replace(8, 8, std::string("\0\0\0\1\0\0\0\0", 8));  // 4 GiB
    EXPECT_EQ(look_at(box("ftyp", 16) + box("moov", 100) + large), Mp4State::cut_short);
}

TEST(Mp4Boxes, ABoxSmallerThanItsHeadEndsTheSearch) {
    EXPECT_EQ(look_at(box("ftyp", 16) + box("moov", 100) + box("mdat", 20, 4)), Mp4State::cut_short);
}

TEST(Mp4Boxes, WhatFollowsTheLastBoxDoesNotCutTheFile) {
    const std::string whole = box("ftyp", 16) + box("moov", 100) + box("mdat", 300);
    EXPECT_EQ(look_at(whole + std::string(5, '\0')), Mp4State::whole);
    EXPECT_EQ(look_at(whole + "bytes that a camera appends"), Mp4State::whole);
    EXPECT_EQ(look_at(whole + box("free", 4, 90)), Mp4State::whole);
    EXPECT_EQ(look_at(whole + box("moof", 4, 90)), Mp4State::cut_short);
}

TEST(Mp4Boxes, TellsFragmentedFilesFromOthers) {
    const std::string fragments = box("moof", 40) + box("mdat", 300);
    EXPECT_TRUE(look_with(is_fragmented, box("ftyp", 16) + around("moov", box("mvex", 32)) + fragments));
    EXPECT_FALSE(look_with(is_fragmented, box("ftyp", 16) + around("moov", box("udta", 32)) + box("mdat", 300)));
    EXPECT_FALSE(look_with(is_fragmented, "no boxes at all"));
}

/// Frames that are decoded at 0, 20, 40, 60, 80, 90, 160, and shown at 0, 20, 40, 90, 60, 90, 160; 100 ticks a second.
struct Trimmed {
    std::string movie = around("mvhd", fields({0, 0, 0, 600}));
    std::string header = around("mdhd", fields({0, 0, 0, 100, 470}));
    std::string lengths = around("stts", fields({0, 3, 4, 20, 1, 10, 2, 70}));
    std::string delays = around("ctts", fields({0, 3, 3, 0, 1, 30, 1, static_cast<std::uint32_t>(-20)}));

    [[nodiscard]] std::optional<std::uint64_t> shown_by(const std::string& edits, const char* kind = "vide") const {
        const std::string tables = around("minf", around("stbl", lengths + delays));
        const std::string media = around("mdia", around("hdlr", fields({0, 0}) + kind) + header + tables);
        return shown(movie + around("trak", media + (edits.empty() ? "" : around("edts", around("elst", edits)))));
    }
};

TEST(Mp4Boxes, CountsTheFramesThatAnEditListShows) {
    const Trimmed clip;
    EXPECT_EQ(clip.shown_by(fields({0, 1, 6000, 0, 1U << 16})), 7U);
    EXPECT_EQ(clip.shown_by(fields({0, 1, 360, 30, 1U << 16})), 2U) << "from 30 to 90";
    EXPECT_EQ(clip.shown_by(fields({0, 1, 0, 30, 1U << 16})), 5U) << "from 30 to the end";
    EXPECT_EQ(clip.shown_by(fields({0, 2, 300, UINT32_MAX, 1U << 16, 60, 90, 1U << 16})), 2U) << "after a pause";
    EXPECT_EQ(clip.shown_by(fields({0, 2, 60, 0, 1U << 16, 60, 90, 1U << 16})), 3U) << "two pieces";
    EXPECT_EQ(clip.shown_by(fields({1U << 24, 1, 0, 360, 0, 30, 1U << 16})), 2U) << "wide numbers";
}

TEST(Mp4Boxes, CountsNothingWhereTheIndexDoesNotSay) {
    const std::string edits = fields({0, 1, 360, 30, 1U << 16});
    EXPECT_EQ(Trimmed().shown_by(""), std::nullopt);
    EXPECT_EQ(Trimmed().shown_by(edits, "soun"), std::nullopt);
    EXPECT_EQ(Trimmed{.movie = ""}.shown_by(edits), std::nullopt);
    EXPECT_EQ(Trimmed{.lengths = ""}.shown_by(edits), std::nullopt);
    EXPECT_EQ(Trimmed{.lengths = around("stts", fields({0, 1, UINT32_MAX, 1}))}.shown_by(edits), std::nullopt);
    EXPECT_EQ(Trimmed{.delays = ""}.shown_by(edits), 3U);
    EXPECT_EQ(look_with(shown_frames, "no boxes at all"), std::nullopt);
}

TEST(Mp4Boxes, CountsTheFramesOfFragments) {
    const auto fragment = [](std::uint32_t track_id, std::uint32_t frames) {
        const std::string run = around("trun", fields({0x101, frames, 0}));
        return around("moof", around("traf", around("tfhd", fields({0, track_id})) + run)) + box("mdat", 30);
    };
    const std::string tracks = track("soun", fields({0, 0, 0, 1}), table("stsz", {0, 0, 400})) +
                               track("vide", fields({0, 0, 0, 2}), table("stsz", {0, 0, 12}));
    const std::string file = box("ftyp", 16) + around("moov", tracks + box("mvex", 32)) + box("mdat", 30);
    const Mp4Frames frames = look_with(count_frames, file + fragment(2, 20) + fragment(1, 90) + fragment(2, 5));
    EXPECT_EQ(frames.indexed, 12U);
    EXPECT_EQ(frames.in_fragments, 25U);
    EXPECT_EQ(look_with(count_frames, file).in_fragments, 0U);
    EXPECT_EQ(look_with(count_frames, "no boxes at all").indexed, 0U);
}

}  // namespace
}  // namespace skymask::apps
