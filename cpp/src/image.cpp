#include <skymask/image.hpp>

#include <string>

#include <skymask/error.hpp>

namespace skymask {

Mask::Mask(int width, int height) : width_(width), height_(height) {
    if (width < 1 || height < 1) {
        throw InputError("A mask must be at least 1 pixel wide and high; got " + std::to_string(width) + "x" +
                         std::to_string(height) + " (width x height).");
    }
    data_ = std::make_unique<std::uint8_t[]>(size());
}

}  // namespace skymask
