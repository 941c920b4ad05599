// Uses an installed skymask as a program of somebody else would: cuts the sky out of a simple picture.
#include <cstdint>
#include <cstdio>
#include <vector>

#include <skymask/segmenter.hpp>

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "Usage: consumer MODEL.onnx\n");
        return 2;
    }
    constexpr int width = 640;
    constexpr int height = 480;
    std::vector<std::uint8_t> frame;
    for (int i = 0; i < width * height; ++i) {
        const bool is_above = i / width < height / 2;  // blue above, brown below
        frame.insert(frame.end(),
                     {static_cast<std::uint8_t>(is_above ? 120 : 90), static_cast<std::uint8_t>(is_above ? 170 : 70),
                      static_cast<std::uint8_t>(is_above ? 235 : 40)});
    }
    try {
        auto sky = skymask::Segmenter::load(arguments[1]);
        const skymask::Mask alpha = sky(skymask::ImageView{frame.data(), width, height, 0, skymask::Format::rgb});
        std::printf("%s %s on %s: %dx%d, sky above %d, below %d\n", sky.info().name.c_str(), sky.info().version.c_str(),
                    sky.engine().engine.c_str(), alpha.width(), alpha.height(), alpha.at(320, 60), alpha.at(320, 420));
        return alpha.at(320, 60) > skymask::threshold && alpha.at(320, 420) <= skymask::threshold ? 0 : 1;
    } catch (const skymask::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
