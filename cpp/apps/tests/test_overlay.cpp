#include "overlay.hpp"

#include <gtest/gtest.h>

namespace skymask::apps {
namespace {

const cv::Vec3b grey(100, 100, 100);

/// A grey frame of 4 x 2 pixels whose left half is sky.
struct Scene {
    cv::Mat frame{2, 4, CV_8UC3, cv::Scalar::all(100)};
    Mask alpha{4, 2};

    Scene() {
        for (std::size_t pixel = 0; pixel < 8; ++pixel) {
            alpha.pixels()[pixel] = pixel % 4 < 2 ? 255 : 0;
        }
    }
};

cv::Vec3b pixel(const cv::Mat& picture, int x) { return picture.at<cv::Vec3b>(1, x); }

TEST(Overlay, TintsTheSkyHalfBlueAndLeavesTheRest) {
    const Scene scene;
    const cv::Mat picture = compose(scene.frame, scene.alpha, View::overlay);
    EXPECT_EQ(pixel(picture, 0), cv::Vec3b(177, 105, 65));
    EXPECT_EQ(pixel(picture, 3), grey);
    EXPECT_EQ(pixel(scene.frame, 0), grey) << "the frame itself was drawn on";
}

TEST(Overlay, SideBySideBeginsWithTheFrame) {
    const Scene scene;
    const cv::Mat picture = compose(scene.frame, scene.alpha, View::side_by_side);
    ASSERT_EQ(picture.size(), picture_size(View::side_by_side, scene.frame.size()));
    EXPECT_EQ(pixel(picture, 0), grey);
    EXPECT_EQ(pixel(picture, 4), cv::Vec3b(177, 105, 65));
    EXPECT_EQ(pixel(picture, 7), grey);
}

TEST(Overlay, TheMaskIsTheAlphaItself) {
    Scene scene;
    scene.alpha.pixels()[4] = 37;
    const cv::Mat picture = compose(scene.frame, scene.alpha, View::mask);
    EXPECT_EQ(pixel(picture, 0), cv::Vec3b(37, 37, 37));
    EXPECT_EQ(pixel(picture, 1), cv::Vec3b(255, 255, 255));
    EXPECT_EQ(pixel(picture, 3), cv::Vec3b(0, 0, 0));
}

TEST(Overlay, TheCutoutHasNoSky) {
    const Scene scene;
    const cv::Mat picture = compose(scene.frame, scene.alpha, View::cutout);
    EXPECT_EQ(pixel(picture, 0), cv::Vec3b(0, 0, 0));
    EXPECT_EQ(pixel(picture, 3), grey);
}

TEST(Overlay, TakesAFrameThatIsPartOfALargerPicture) {
    const Scene scene;
    cv::Mat large(6, 9, CV_8UC3, cv::Scalar::all(7));
    cv::Mat part = large(cv::Rect(3, 2, 4, 2));
    scene.frame.copyTo(part);
    EXPECT_EQ(cv::norm(compose(part, scene.alpha, View::overlay), compose(scene.frame, scene.alpha, View::overlay)), 0);
}

TEST(Overlay, TheKeyGoesThroughAllViews) {
    View view = View::side_by_side;
    for (const char* const name : view_names) {
        EXPECT_EQ(name_of(view), name);
        view = next(view);
    }
    EXPECT_EQ(view, View::side_by_side);
}

}  // namespace
}  // namespace skymask::apps
