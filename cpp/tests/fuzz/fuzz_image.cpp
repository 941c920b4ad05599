// Any size, stride and format is refused or read within its memory: the picture gets exactly the bytes that its view
// promises, so that AddressSanitizer sees a byte too many.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include <skymask/segmenter.hpp>

#include "convert.hpp"

namespace {

/// Reads the frames whole and writes the masks whole, at once.
class WholeEngine final : public skymask::Engine {
public:
    [[nodiscard]] int slots() const noexcept override { return 2; }
    std::uint8_t* staging(int slot, skymask::Shape shape) override {
        auto& staging = staging_[static_cast<std::size_t>(slot)];
        staging.assign(shape.frame_bytes(), 0);
        return staging.data();
    }
    void start(int, const std::uint8_t* frames, skymask::Shape shape, std::uint8_t* sky) override {
        for (std::size_t i = 0; i < shape.mask_bytes(); ++i) {
            sky[i] = static_cast<std::uint8_t>(frames[3 * i] ^ frames[3 * i + 1] ^ frames[3 * i + 2]);
        }
    }
    void wait(int) override {}
    [[nodiscard]] skymask::EngineDescription describe() const override { return {}; }

private:
    std::array<std::vector<std::uint8_t>, 2> staging_;
};

/// The numbers that stand at the start of the input.
struct Header {
    std::int32_t width;
    std::int32_t height;
    std::uint64_t stride;
    std::uint64_t chroma_stride;
    std::uint64_t mask_stride;
    std::uint8_t format;
    std::uint8_t is_apart;
    std::uint8_t is_tame;  ///< small numbers, which are accepted more often
    std::uint8_t fill;
};

constexpr int largest_side = 300;

std::size_t rows_bytes(std::size_t stride, std::size_t row, std::size_t rows) { return stride * (rows - 1) + row; }

void tame(Header& header) {
    header.width = 32 + std::abs(header.width % 200);
    header.height = 32 + std::abs(header.height % 40);
    header.stride %= 1024;
    header.chroma_stride %= 1024;
    header.mask_stride %= 1024;
    header.format %= 6;
}

std::size_t pixel_bytes(skymask::Format format) {
    using skymask::Format;
    return format == Format::nv12                           ? 1
           : format == Format::yuyv                         ? 2
           : format == Format::rgb || format == Format::bgr ? 3
                                                            : 4;
}

/// Gives the view memory of exactly its size; false where that would be too much.
bool allocate(const Header& header, skymask::ImageView& image, std::vector<std::uint8_t>& plane,
              std::vector<std::uint8_t>& chroma) {
    if (image.width > largest_side || image.height > largest_side || image.stride > 4096 ||
        image.chroma_stride > 4096) {
        return false;
    }
    const auto width = static_cast<std::size_t>(image.width);
    const auto height = static_cast<std::size_t>(image.height);
    const std::size_t row = width * pixel_bytes(image.format);
    const std::size_t stride = image.stride != 0 ? image.stride : row;
    std::size_t bytes = rows_bytes(stride, row, height);
    if (image.format == skymask::Format::nv12) {
        const std::size_t chroma_stride = image.chroma_stride != 0 ? image.chroma_stride : (stride + 1) / 2 * 2;
        const std::size_t chroma_bytes = rows_bytes(chroma_stride, (width + 1) / 2 * 2, (height + 1) / 2);
        if (header.is_apart % 2 != 0) {
            chroma.assign(chroma_bytes, header.fill);
            image.chroma = chroma.data();
        } else {
            bytes = stride * height + chroma_bytes;
        }
    }
    plane.assign(bytes, header.fill);
    image.data = plane.data();
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Header header{};
    if (size < sizeof(header)) {
        return 0;
    }
    std::memcpy(&header, data, sizeof(header));
    if (header.is_tame % 2 != 0) {
        tame(header);
    }
    skymask::ImageView image{
        data,    header.width,        header.height, header.stride, static_cast<skymask::Format>(header.format),
        nullptr, header.chroma_stride};
    std::vector<std::uint8_t> plane;
    std::vector<std::uint8_t> chroma;
    try {
        skymask::check_image(image);
        if (!allocate(header, image, plane, chroma)) {
            return 0;
        }
        skymask::Segmenter sky(std::make_unique<WholeEngine>(), {});
        const skymask::Mask mask = sky(image);
        auto pending = sky.submit(image);
        const std::array both{image, image};
        const auto masks = sky.batch(both);
        if (pending.get().at(0, 0) != mask.at(0, 0) || masks[1].at(image.width - 1, 0) != mask.at(image.width - 1, 0)) {
            std::abort();
        }
        skymask::MaskView out{nullptr, image.width, image.height, header.mask_stride};
        const auto width = static_cast<std::size_t>(image.width);
        const std::size_t stride = std::min<std::size_t>(out.stride != 0 ? out.stride : width, 4096);
        std::vector<std::uint8_t> alpha(rows_bytes(stride, width, static_cast<std::size_t>(image.height)));
        out.data = alpha.data();
        if (out.stride <= 4096) {
            sky(image, out);
        }
    } catch (const skymask::InputError&) {  // the only answer to what is no picture
    }
    return 0;
}
