// Views of pictures that the caller owns, and the mask that comes back.
//
//     cv::Mat frame = ...;
//     skymask::ImageView view{frame.data, frame.cols, frame.rows, frame.step, skymask::Format::bgr};
//
// Views are plain values and own nothing; whoever makes one keeps its pixels alive and unchanged while it is in use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace skymask {

/// How the pixels of a picture lie in memory; 8 bits a sample.
enum class Format {
    rgb,   ///< 3 bytes a pixel
    bgr,   ///< 3 bytes a pixel, as OpenCV keeps pictures
    rgba,  ///< 4 bytes a pixel, alpha ignored
    bgra,  ///< 4 bytes a pixel, alpha ignored
    nv12,  ///< 4:2:0: a plane of luma, then one of interleaved U and V at half the size; limited range, BT.601
    yuyv,  ///< 4:2:2: Y U Y V, 2 bytes a pixel, even width; limited range, BT.601
};

/// A picture that somebody else owns.
struct ImageView {
    const std::uint8_t* data = nullptr;
    int width = 0;           ///< pixels
    int height = 0;          ///< pixels
    std::size_t stride = 0;  ///< bytes from one row to the next; 0 where rows follow each other without a gap
    Format format = Format::rgb;
    const std::uint8_t* chroma = nullptr;  ///< nv12: the second plane; null where it follows the first
    std::size_t chroma_stride = 0;         ///< nv12: bytes a row of the second plane; 0 is that of the first, made even
};

/// Room for a mask that somebody else owns: one byte a pixel, 255 surely sky, 0 surely not.
struct MaskView {
    std::uint8_t* data = nullptr;
    int width = 0;           ///< pixels
    int height = 0;          ///< pixels
    std::size_t stride = 0;  ///< bytes from one row to the next; 0 where rows follow each other without a gap
};

/// A mask that owns its pixels: 255 surely sky, 0 surely not, in between along leaves, wires and haze. Movable.
class Mask {
public:
    Mask() = default;

    /// Room for `width` x `height` pixels, all 0. Throws InputError where a side is less than 1.
    Mask(int width, int height);

    [[nodiscard]] int width() const noexcept { return width_; }
    [[nodiscard]] int height() const noexcept { return height_; }

    /// The pixels, row after row without gaps, width() * height() bytes.
    [[nodiscard]] std::span<std::uint8_t> pixels() noexcept { return {data_.get(), size()}; }
    [[nodiscard]] std::span<const std::uint8_t> pixels() const noexcept { return {data_.get(), size()}; }

    /// The alpha at a pixel; x from the left, y from the top, unchecked.
    [[nodiscard]] std::uint8_t at(int x, int y) const noexcept {
        return data_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)];
    }

    [[nodiscard]] MaskView view() noexcept { return {data_.get(), width_, height_, 0}; }

private:
    [[nodiscard]] std::size_t size() const noexcept {
        return static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
    }

    std::unique_ptr<std::uint8_t[]> data_;
    int width_ = 0;
    int height_ = 0;
};

}  // namespace skymask
