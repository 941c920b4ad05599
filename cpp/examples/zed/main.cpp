// A ZED stereo camera without its sky: the depth of sky pixels is set to "no measurement" before anybody plans with it.
//
//     skymask-zed fast.onnx [seconds]
//
// Prints the share of sky and the latency of every 30th frame. The left picture goes into the model as the SDK holds it
// (BGRA, with its stride), and the mask is applied to the depth map in place.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <string>

#include <sl/Camera.hpp>

#include <skymask/segmenter.hpp>

namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

skymask::ImageView view_of(sl::Mat& picture) {
    return {.data = picture.getPtr<sl::uchar1>(sl::MEM::CPU),
            .width = static_cast<int>(picture.getWidth()),
            .height = static_cast<int>(picture.getHeight()),
            .stride = picture.getStepBytes(sl::MEM::CPU),
            .format = skymask::Format::bgra};
}

/// Takes the sky out of a depth map of the mask's size, metres as float32. Returns the share of sky, 0 to 1.
double remove_sky(sl::Mat& depth, const skymask::Mask& alpha) {
    std::int64_t sky = 0;
    for (int y = 0; y < alpha.height(); ++y) {
        auto* row = reinterpret_cast<float*>(depth.getPtr<sl::uchar1>(sl::MEM::CPU) +
                                             static_cast<std::size_t>(y) * depth.getStepBytes(sl::MEM::CPU));
        for (int x = 0; x < alpha.width(); ++x) {
            if (alpha.at(x, y) > skymask::threshold) {
                row[x] = std::numeric_limits<float>::quiet_NaN();  // as the SDK marks what it could not measure
                ++sky;
            }
        }
    }
    return static_cast<double>(sky) / (static_cast<double>(alpha.width()) * alpha.height());
}

void run(const std::string& model, double limit_s) {
    sl::InitParameters parameters;
    parameters.camera_resolution = sl::RESOLUTION::HD720;
    parameters.depth_mode = sl::DEPTH_MODE::PERFORMANCE;
    parameters.coordinate_units = sl::UNIT::METER;
    sl::Camera camera;
    if (const sl::ERROR_CODE code = camera.open(parameters); code != sl::ERROR_CODE::SUCCESS) {
        throw skymask::InputError("The ZED camera cannot be opened: " + std::string(sl::toString(code).c_str()) + ".");
    }
    auto sky = skymask::Segmenter::load(model);
    sl::Mat picture;
    sl::Mat depth;
    const auto start = Clock::now();
    for (long number = 0; milliseconds_since(start) < 1000 * limit_s; ++number) {
        if (camera.grab() != sl::ERROR_CODE::SUCCESS) {
            throw skymask::Error("The ZED camera stopped sending. Check its cable.");
        }
        const auto arrived = Clock::now();
        camera.retrieveImage(picture, sl::VIEW::LEFT, sl::MEM::CPU);
        skymask::PendingMask pending = sky.submit(view_of(picture));
        camera.retrieveMeasure(depth, sl::MEASURE::DEPTH, sl::MEM::CPU);  // while the model works
        const double share = remove_sky(depth, pending.get());
        if (number % 30 == 0) {
            std::cout << "frame " << number << ": " << 100 * share << " % sky, " << milliseconds_since(arrived)
                      << " ms\n";
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: skymask-zed MODEL [SECONDS]\n";
        return 2;
    }
    try {
        run(argv[1], argc > 2 ? std::atof(argv[2]) : 60);
    } catch (const std::exception& error) {
        std::cerr << "skymask-zed: error: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
