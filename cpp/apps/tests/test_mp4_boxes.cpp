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

std::string track(const std::string& handler, const std::string& header) {
    return around("trak", around("tkhd", header) + around("mdia", around("hdlr", fields({0, 0}) + handler)));
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

std::optional<double> shown(const std::string& in_movie) {
    return look_with(shown_video_s, box("ftyp", 16) + around("moov", in_movie) + box("mdat", 30));
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

TEST(Mp4Boxes, TellsHowLongTheVideoPlays) {
    const std::string ticks_of_600 = around("mvhd", fields({0, 0, 0, 600}));
    const std::string sound = track("soun", fields({0, 0, 0, 1, 0, 3000}));
    const std::string video = track("vide", fields({0, 0, 0, 2, 0, 900}));
    EXPECT_EQ(shown(ticks_of_600 + sound + video), 1.5);
    EXPECT_EQ(shown(ticks_of_600 + sound), std::nullopt);
    EXPECT_EQ(shown(video), std::nullopt);
    EXPECT_EQ(shown(ticks_of_600 + track("vide", fields({0, 0, 0, 2, 0, 0}))), std::nullopt);
    EXPECT_EQ(shown(ticks_of_600 + track("vide", fields({0, 0, 0, 2, 0, UINT32_MAX}))), std::nullopt);
    EXPECT_EQ(shown(ticks_of_600 + track("vide", fields({0, 0}))), std::nullopt);
    EXPECT_EQ(look_with(shown_video_s, "no boxes at all"), std::nullopt);
}

TEST(Mp4Boxes, ReadsWideTimes) {
    const std::string ticks_of_600 = around("mvhd", fields({1U << 24, 0, 0, 0, 0, 600}));
    EXPECT_EQ(shown(ticks_of_600 + track("vide", fields({1U << 24, 0, 0, 0, 0, 2, 0, 0, 900}))), 1.5);
}

}  // namespace
}  // namespace skymask::apps
