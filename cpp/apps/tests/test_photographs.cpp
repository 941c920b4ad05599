#include "photographs.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include "errors.hpp"
#include "image_bytes.hpp"

namespace skymask::apps {
namespace {

namespace fs = std::filesystem;

class Photographs : public testing::Test {
protected:
    void SetUp() override {
        folder = fs::temp_directory_path() / testing::UnitTest::GetInstance()->current_test_info()->name();
        fs::create_directories(folder / "photos" / "sub");
    }
    void TearDown() override { fs::remove_all(folder); }

    fs::path touch(const fs::path& name) const {
        std::ofstream(folder / name) << "x";
        return folder / name;
    }

    fs::path folder;
};

TEST_F(Photographs, KeepSubfoldersAndLeaveOutResultsAndHiddenFiles) {
    touch("photos/b.JPG");
    touch("photos/sub/a.png");
    touch("photos/.hidden.jpg");
    touch("photos/notes.txt");
    fs::create_directories(folder / "photos" / "masks");
    touch("photos/masks/b.png");
    const auto jobs = plan_images({(folder / "photos").string()}, folder / "photos" / "masks").jobs;
    ASSERT_EQ(jobs.size(), 2U);
    EXPECT_EQ(jobs[0].result, folder / "photos" / "masks" / "b.png");
    EXPECT_EQ(jobs[1].result, folder / "photos" / "masks" / "sub" / "a.png");
}

TEST_F(Photographs, OnePhotographMayGoToAFile) {
    const fs::path photo = touch("photos/b.jpg");
    EXPECT_EQ(plan_images({photo.string()}, folder / "mask.png").jobs.at(0).result, folder / "mask.png");
    EXPECT_EQ(plan_images({photo.string()}, folder / "out").jobs.at(0).result, folder / "out" / "b.png");
}

TEST_F(Photographs, TwoResultsOfOneNameAreRefused) {
    touch("photos/b.jpg");
    touch("photos/b.png");
    EXPECT_THROW(static_cast<void>(plan_images({(folder / "photos").string()}, folder / "masks")), InputError);
}

TEST_F(Photographs, APhotographIsNotOverwritten) {
    const fs::path photo = touch("photos/b.png");
    EXPECT_THROW(static_cast<void>(plan_images({photo.string()}, photo)), InputError);
    EXPECT_THROW(static_cast<void>(plan_images({photo.string()}, folder / "photos")), InputError);
}

TEST_F(Photographs, APhotographIsNotOverwrittenByTheResultOfAnother) {
    touch("photos/sub/b.jpg");
    fs::create_directories(folder / "masks" / "sub");
    const fs::path other = touch("masks/sub/b.png");
    try {
        static_cast<void>(plan_images({(folder / "photos").string(), other.string()}, folder / "masks"));
        FAIL() << "it was planned";
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("would overwrite the photograph " + other.string()), std::string::npos)
            << error.what();
    }
}

TEST_F(Photographs, APhotographNamedTwiceIsDoneOnce) {
    const std::string photo = touch("photos/b.jpg").string();
    EXPECT_EQ(plan_images({photo, photo}, folder / "masks").jobs.size(), 1U);
    EXPECT_EQ(plan_images({(folder / "photos").string(), photo}, folder / "masks").jobs.size(), 1U);
}

TEST_F(Photographs, WhatCannotBeLookedAtIsLeftOutAndTheRestIsDone) {
    touch("photos/a.jfif");
    touch("photos/c.HEIC");
    touch("photos/d.dng");
    touch("photos/sub/e.heic");
    fs::create_symlink("loop", folder / "photos" / "loop");
    fs::create_directory_symlink("sub", folder / "photos" / "linked");
    const auto plan = plan_images({(folder / "photos").string()}, folder / "masks");
    ASSERT_EQ(plan.jobs.size(), 1U);
    EXPECT_EQ(plan.jobs[0].result, folder / "masks" / "a.png");
    EXPECT_EQ(
        plan.left_out.text(),
        "left out: 3 files that skymask-image cannot read (.heic 2, .dng 1), convert them first; linked folders (" +
            (folder / "photos" / "linked").string() + "), give them by name");
    EXPECT_THROW(static_cast<void>(plan_images({(folder / "photos" / "loop").string()}, folder / "masks")), InputError);
}

TEST_F(Photographs, AFolderThatCannotBeOpenedIsNamed) {
    if (::geteuid() == 0) {
        GTEST_SKIP() << "root may open everything";
    }
    touch("photos/a.jpg");
    touch("photos/sub/b.jpg");
    for (const fs::perms allowed : {fs::perms::none, fs::perms::owner_read}) {  // it may be listed, and not entered
        fs::permissions(folder / "photos" / "sub", allowed);
        const auto plan = plan_images({(folder / "photos").string()}, folder / "masks");
        fs::permissions(folder / "photos" / "sub", fs::perms::owner_all);
        EXPECT_EQ(plan.jobs.size(), 1U);
        EXPECT_EQ(plan.left_out.locked, std::set{folder / "photos" / "sub"});
    }
}

TEST_F(Photographs, NothingFoundIsAnError) {
    EXPECT_THROW(static_cast<void>(plan_images({(folder / "photos").string()}, folder / "masks")), InputError);
    EXPECT_THROW(static_cast<void>(plan_images({(folder / "none.jpg").string()}, folder / "masks")), InputError);
}

TEST_F(Photographs, CutOffFilesAreToldFromWholeOnes) {
    const cv::Mat image(40, 60, CV_8UC3, cv::Scalar(200, 120, 30));
    for (const char* const suffix : {".jpg", ".png"}) {
        std::vector<unsigned char> bytes;
        ASSERT_TRUE(cv::imencode(suffix, image, bytes));
        EXPECT_FALSE(is_cut_short(bytes)) << suffix;
        for (const std::size_t kept : {bytes.size() / 2, bytes.size() - 13}) {
            const std::vector<unsigned char> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(kept));
            EXPECT_TRUE(is_cut_short(part)) << suffix << ' ' << kept;
        }
    }
}

std::vector<unsigned char> jpeg() {
    std::vector<unsigned char> bytes;
    cv::imencode(".jpg", cv::Mat(40, 60, CV_8UC3, cv::Scalar(200, 120, 30)), bytes);
    return bytes;
}

TEST_F(Photographs, WhatFollowsAPictureDoesNotCutIt) {
    std::vector<unsigned char> with_clip = jpeg();
    // A phone's clip behind its photograph, in which the markers of a scan's begin and of an end stand by chance.
    const std::vector<unsigned char> clip{0x00, 0xff, 0xd9, 0x12, 0xff, 0xda, 0x34};
    with_clip.insert(with_clip.end(), clip.begin(), clip.end());
    EXPECT_FALSE(is_cut_short(with_clip));
}

TEST_F(Photographs, APreviewDoesNotEndThePicture) {
    const std::vector<unsigned char> preview = jpeg();
    std::vector<unsigned char> bytes = jpeg();
    const std::size_t length = preview.size() + 2;
    std::vector<unsigned char> segment{0xff, 0xe1, static_cast<unsigned char>(length >> 8),
                                       static_cast<unsigned char>(length & 0xff)};
    segment.insert(segment.end(), preview.begin(), preview.end());
    bytes.insert(bytes.begin() + 2, segment.begin(), segment.end());
    EXPECT_FALSE(is_cut_short(bytes));
    const std::size_t head = 2 + segment.size();
    for (const std::size_t kept : {head - 1, head, head + 20, bytes.size() - 13}) {
        EXPECT_TRUE(is_cut_short({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(kept)})) << kept;
    }
}

TEST_F(Photographs, TheHeadTellsTheSize) {
    for (const char* const suffix : {".jpg", ".png"}) {
        Bytes bytes;
        ASSERT_TRUE(cv::imencode(suffix, cv::Mat(40, 300, CV_8UC3, cv::Scalar(200, 120, 30)), bytes));
        EXPECT_EQ(stored_size(bytes), cv::Size(300, 40)) << suffix;
        EXPECT_EQ(stored_size({bytes.begin(), bytes.begin() + 20}), std::nullopt) << suffix;
    }
    EXPECT_EQ(stored_size({'B', 'M', 0, 0}), std::nullopt);
    EXPECT_EQ(stored_size({}), std::nullopt);
}

TEST_F(Photographs, AResultFitsWhileThePhotographHasItsSize) {
    const auto fits = [](const ImageJob& job, View view) {
        try {
            check_fits(job, view);
            return true;
        } catch (const MediaError&) {
            return false;
        }
    };
    const auto fits_mask = [&](const char* suffix, cv::Size mask, View view) {
        const ImageJob job{folder / (std::string("a") + suffix), folder / "mask.png"};
        cv::imwrite(job.photograph.string(), cv::Mat(40, 60, CV_8UC3, cv::Scalar(200, 120, 30)));
        cv::imwrite(job.result.string(), cv::Mat(mask, CV_8UC1, cv::Scalar(0)));
        return fits(job, view);
    };
    for (const char* const suffix : {".jpg", ".png", ".bmp"}) {
        EXPECT_TRUE(fits_mask(suffix, {60, 40}, View::mask)) << suffix;
        EXPECT_FALSE(fits_mask(suffix, {40, 60}, View::mask)) << suffix << ", lying on its side";
        EXPECT_FALSE(fits_mask(suffix, {60, 41}, View::mask)) << suffix;
        EXPECT_TRUE(fits_mask(suffix, {120, 40}, View::side_by_side)) << suffix;
        EXPECT_FALSE(fits_mask(suffix, {60, 40}, View::side_by_side)) << suffix;
    }
    EXPECT_FALSE(fits({folder / "a.png", touch("mask.png")}, View::mask)) << "a result that cannot be read";
    EXPECT_TRUE(fits({touch("b.jpg"), folder / "a.png"}, View::mask)) << "a photograph that cannot be read";
}

TEST_F(Photographs, AFolderInTheWayIsNamed) {
    const fs::path result = folder / "photos" / "sub";
    try {
        check_fits({touch("photos/a.jpg"), result}, View::mask);
        FAIL() << "it fits";
    } catch (const MediaError& error) {
        EXPECT_EQ(std::string(error.what()), result.string() + " is there already and is a folder. Move it away.");
    }
}

TEST_F(Photographs, FilesOfAllKindsTellTheirOrientation) {
    const std::string tiff("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0", 26);
    const auto in = [](const std::string& text) { return orientation(Bytes(text.begin(), text.end())); };
    EXPECT_EQ(in(tiff), 6);
    const std::string png("\x89PNG\r\n\x1a\n\0\0\0\x02IDATabcdef", 22);
    EXPECT_EQ(in(png + std::string("\0\0\0\x1a", 4) + "eXIf" + tiff + "crc "), 6);
    EXPECT_EQ(in(png), 1);
    const std::string xmp("\xff\xd8\xff\xe1\0\x06http", 10);
    EXPECT_EQ(in(xmp + std::string("\xff\xe1\0\42Exif\0\0", 10) + tiff), 6);
    EXPECT_EQ(in(xmp), 1);
    EXPECT_EQ(in("BM"), 1);
    EXPECT_EQ(in(""), 1);
}

TEST_F(Photographs, WebPTellsItsOrientation) {
    const auto webp = [](const std::string& chunks) {
        const std::string text = "RIFF\x7f" + std::string(3, '\0') + "WEBP" + chunks;
        return Bytes(text.begin(), text.end());
    };
    const std::string before("VP8L\x03\0\0\0abc\0", 12);  // of an odd length, and filled up
    const std::string big("EXIF\x1a\0\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0", 34);
    const std::string little("EXIF\x20\0\0\0Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0\0\0\0\0",
                             40);
    EXPECT_EQ(webp_orientation(webp(before + big)), 6);
    EXPECT_EQ(webp_orientation(webp(before + little)), 8);
    EXPECT_EQ(webp_orientation(webp(before)), 1);
    for (std::size_t kept = 0; kept < big.size(); ++kept) {
        EXPECT_GE(webp_orientation(webp(before + big.substr(0, kept))), 1) << kept;
    }
    EXPECT_EQ(webp_orientation({}), 1);
}

TEST_F(Photographs, WhatIsNoImageIsNamed) {
    EXPECT_THROW(static_cast<void>(read_photograph(touch("photos/a.jpg"))), MediaError);
    EXPECT_THROW(static_cast<void>(read_photograph(folder / "none.jpg")), MediaError);
}

}  // namespace
}  // namespace skymask::apps
