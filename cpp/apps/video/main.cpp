#include "errors.hpp"
#include "run_video.hpp"

int main(int argc, char** argv) {
    return skymask::apps::run_program("skymask-video", "Use smaller frames (--size).", [&] {
        if (const auto options = skymask::apps::parse_video_options(argc, argv)) {
            skymask::apps::run_video(*options);
        }
    });
}
