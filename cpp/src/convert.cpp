#include "convert.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include <skymask/error.hpp>
#include <skymask/segmenter.hpp>

namespace skymask {
namespace {

std::size_t to_size(int pixels) { return static_cast<std::size_t>(pixels); }

std::string size_text(int width, int height) {
    return std::to_string(width) + "x" + std::to_string(height) + " (width x height)";
}

const char* name_of(Format format) {
    switch (format) {
        case Format::rgb:
            return "rgb";
        case Format::bgr:
            return "bgr";
        case Format::rgba:
            return "rgba";
        case Format::bgra:
            return "bgra";
        case Format::nv12:
            return "nv12";
        case Format::yuyv:
            return "yuyv";
    }
    throw InputError("The format of a picture must be one of skymask::Format; got the number " +
                     std::to_string(static_cast<int>(format)) + ".");
}

/// Bytes of one row without a gap; of the luma plane for nv12.
std::size_t row_bytes(const ImageView& image) {
    switch (image.format) {
        case Format::rgb:
        case Format::bgr:
            return 3 * to_size(image.width);
        case Format::rgba:
        case Format::bgra:
            return 4 * to_size(image.width);
        case Format::yuyv:
            return 2 * to_size(image.width);
        case Format::nv12:
            break;
    }
    return to_size(image.width);
}

std::size_t stride_of(const ImageView& image) { return image.stride != 0 ? image.stride : row_bytes(image); }

/// Bytes of one row of nv12's second plane: a U and a V for every two pixels, an odd one out included.
std::size_t chroma_row_bytes(const ImageView& image) { return (to_size(image.width) + 1) / 2 * 2; }

std::size_t chroma_stride_of(const ImageView& image) {
    return image.chroma_stride != 0 ? image.chroma_stride : (stride_of(image) + 1) / 2 * 2;
}

void check_stride(const std::string& what, std::size_t stride, std::size_t needed, int height) {
    if (stride != 0 && stride < needed) {
        throw InputError("The stride of " + what + " must be at least " + std::to_string(needed) +
                         " bytes, or 0 for rows without a gap; got " + std::to_string(stride) + ".");
    }
    if (stride > std::numeric_limits<std::size_t>::max() / 2 / to_size(height)) {
        throw InputError("The stride of " + what + " is larger than any memory: " + std::to_string(stride) + " bytes.");
    }
}

/// Where the three colours lie within a pixel.
template <int pixel_bytes, int red, int blue>
void reorder(const std::uint8_t* in, std::uint8_t* out, int width) noexcept {
    for (int x = 0; x < width; ++x, in += pixel_bytes, out += 3) {
        const std::uint8_t first = in[red];
        const std::uint8_t second = in[1];
        const std::uint8_t third = in[blue];
        out[0] = first;
        out[1] = second;
        out[2] = third;
    }
}

/// BT.601, limited range, in fixed point; the weights of ITU-R BT.601 as OpenCV rounds them, so that both agree to
/// the bit.
struct Chroma {
    static constexpr int shift = 20;
    static constexpr int luma_weight = 1220542;  // 255 / 219
    int red;
    int green;
    int blue;

    Chroma(int u, int v) noexcept
        : red(half + 1673527 * (v - 128)),
          green(half - 852492 * (v - 128) - 409993 * (u - 128)),
          blue(half + 2116026 * (u - 128)) {}

    void write(int luma, std::uint8_t* rgb) const noexcept {
        const int light = std::max(0, luma - 16) * luma_weight;
        rgb[0] = clamp(light + red);
        rgb[1] = clamp(light + green);
        rgb[2] = clamp(light + blue);
    }

private:
    static constexpr int half = 1 << (shift - 1);

    static std::uint8_t clamp(int value) noexcept {
        return static_cast<std::uint8_t>(std::clamp(value >> shift, 0, 255));
    }
};

void nv12_row(const std::uint8_t* luma, const std::uint8_t* chroma, std::uint8_t* rgb, int width) noexcept {
    for (int x = 0; x < width; x += 2, chroma += 2) {
        const Chroma colour(chroma[0], chroma[1]);
        colour.write(luma[x], rgb + 3 * x);
        if (x + 1 < width) {
            colour.write(luma[x + 1], rgb + 3 * x + 3);
        }
    }
}

void yuyv_row(const std::uint8_t* in, std::uint8_t* rgb, int width) noexcept {
    for (int x = 0; x < width; x += 2, in += 4, rgb += 6) {
        const Chroma colour(in[1], in[3]);
        colour.write(in[0], rgb);
        colour.write(in[2], rgb + 3);
    }
}

}  // namespace

void check_image(const ImageView& image) {
    const std::string name = name_of(image.format);
    if (image.data == nullptr) {
        throw InputError("A picture's data must not be null.");
    }
    if (std::min(image.width, image.height) < min_side) {
        throw InputError("A frame must be at least " + std::to_string(min_side) + " pixels high and wide; got " +
                         size_text(image.width, image.height) + ". Enlarge it first if it really shows a scene.");
    }
    if (image.format == Format::yuyv && image.width % 2 != 0) {
        throw InputError("A yuyv picture must have an even width; got " + size_text(image.width, image.height) + ".");
    }
    const std::string what = "a " + name + " picture " + std::to_string(image.width) + " pixels wide";
    check_stride(what, image.stride, row_bytes(image), image.height);
    if (image.format == Format::nv12) {
        check_stride("the second plane of " + what, image.chroma_stride, chroma_row_bytes(image), image.height);
    }
}

void check_mask(const MaskView& mask, const ImageView& image) {
    if (mask.data == nullptr) {
        throw InputError("A mask's data must not be null.");
    }
    if (mask.width != image.width || mask.height != image.height) {
        throw InputError("The mask must have the picture's size, " + size_text(image.width, image.height) + "; got " +
                         size_text(mask.width, mask.height) + ".");
    }
    check_stride("a mask " + std::to_string(mask.width) + " pixels wide", mask.stride, to_size(mask.width),
                 mask.height);
}

bool is_packed_rgb(const ImageView& image) noexcept {
    return image.format == Format::rgb && stride_of(image) == row_bytes(image);
}

void to_packed_rgb(const ImageView& image, std::uint8_t* rgb) noexcept {
    const std::size_t stride = stride_of(image);
    const std::size_t chroma_stride = chroma_stride_of(image);
    const std::uint8_t* chroma = image.chroma != nullptr ? image.chroma : image.data + stride * to_size(image.height);
    for (std::size_t y = 0; y < to_size(image.height); ++y, rgb += 3 * to_size(image.width)) {
        const std::uint8_t* row = image.data + y * stride;
        switch (image.format) {
            case Format::rgb:
                std::memcpy(rgb, row, row_bytes(image));
                break;
            case Format::bgr:
                reorder<3, 2, 0>(row, rgb, image.width);
                break;
            case Format::rgba:
                reorder<4, 0, 2>(row, rgb, image.width);
                break;
            case Format::bgra:
                reorder<4, 2, 0>(row, rgb, image.width);
                break;
            case Format::nv12:
                nv12_row(row, chroma + y / 2 * chroma_stride, rgb, image.width);
                break;
            case Format::yuyv:
                yuyv_row(row, rgb, image.width);
                break;
        }
    }
}

void copy_rows(const std::uint8_t* packed, const MaskView& out) noexcept {
    const std::size_t width = to_size(out.width);
    const std::size_t stride = out.stride != 0 ? out.stride : width;
    for (std::size_t y = 0; y < to_size(out.height); ++y) {
        std::memcpy(out.data + y * stride, packed + y * width, width);
    }
}

}  // namespace skymask
