#include "overlay.hpp"

#include <cstddef>
#include <cstdint>

namespace skymask::apps {

namespace {

struct Colour {
    int blue, green, red;
};

constexpr Colour sky_blue{255, 110, 30};  // no sky has it, so that it is seen on blue, grey and red skies
constexpr Colour black{0, 0, 0};

std::uint8_t mix(int source, int level, int weight) {
    return static_cast<std::uint8_t>((source * (256 - weight) + level * weight) >> 8);
}

/// Mixes a colour into a frame: alpha 255 is the colour alone, or with `halvings` 1 half of it.
void fade(const cv::Mat& bgr, const Mask& alpha, Colour colour, int halvings, cv::Mat target) {
    const std::uint8_t* level = alpha.pixels().data();
    for (int y = 0; y < bgr.rows; ++y) {
        const std::uint8_t* in = bgr.ptr(y);
        std::uint8_t* out = target.ptr(y);
        for (int x = 0; x < bgr.cols; ++x, in += 3, out += 3, ++level) {
            // 0 ... 255 to 0 ... 256, so that dividing by 256 is exact at both ends.
            const int weight = (*level + (*level >> 7)) >> halvings;
            out[0] = mix(in[0], colour.blue, weight);
            out[1] = mix(in[1], colour.green, weight);
            out[2] = mix(in[2], colour.red, weight);
        }
    }
}

void draw_mask(const Mask& alpha, cv::Mat& target) {
    const std::uint8_t* level = alpha.pixels().data();
    for (int y = 0; y < target.rows; ++y) {
        std::uint8_t* out = target.ptr(y);
        for (int x = 0; x < target.cols; ++x, out += 3, ++level) {
            out[0] = out[1] = out[2] = *level;
        }
    }
}

}  // namespace

cv::Mat compose(const cv::Mat& bgr, const Mask& alpha, View view) {
    cv::Mat picture(picture_size(view, bgr.size()), CV_8UC3);
    switch (view) {
        case View::side_by_side:
            bgr.copyTo(picture.colRange(0, bgr.cols));
            fade(bgr, alpha, sky_blue, 1, picture.colRange(bgr.cols, 2 * bgr.cols));
            break;
        case View::overlay:
            fade(bgr, alpha, sky_blue, 1, picture);
            break;
        case View::mask:
            draw_mask(alpha, picture);
            break;
        case View::cutout:
            fade(bgr, alpha, black, 0, picture);
            break;
    }
    return picture;
}

}  // namespace skymask::apps
