#include "mp4_boxes.hpp"

#include <filesystem>
#include <fstream>
#include <string>

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

Mp4State look_at(const std::string& bytes) {
    const auto path = std::filesystem::temp_directory_path() / "skymask-test-boxes.mp4";
    std::ofstream(path, std::ios::binary) << bytes;
    const Mp4State state = look_at_mp4(path);
    std::filesystem::remove(path);
    return state;
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

}  // namespace
}  // namespace skymask::apps
