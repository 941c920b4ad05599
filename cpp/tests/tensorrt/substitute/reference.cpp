#include "reference.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>

#include <unistd.h>

namespace substitute {
namespace {

class OpenVino final : public Reference {
public:
    explicit OpenVino(const std::filesystem::path& model)
        : engine_(skymask::open_engine(
              model, {.engine = "openvino", .precision = skymask::Precision::fp32, .cache = {}, .frames_in_flight = 1})) {}

    void run(const std::uint8_t* frames, skymask::Shape shape, std::uint8_t* sky) override {
        const std::lock_guard lock(mutex_);
        engine_->start(0, frames, shape, sky);
        engine_->wait(0);
    }

private:
    std::mutex mutex_;
    std::unique_ptr<skymask::Engine> engine_;
};

}  // namespace

std::shared_ptr<Reference> reference_for(const std::vector<std::uint8_t>& onnx) {
    static std::mutex mutex;
    // Never destroyed: OpenVINO's own globals may be gone by then.
    static auto* const opened = new std::map<std::vector<std::uint8_t>, std::shared_ptr<Reference>>;
    const std::lock_guard lock(mutex);
    auto& reference = (*opened)[onnx];
    if (!reference) {
        const auto path = std::filesystem::temp_directory_path() / ("substitute-" + std::to_string(getpid()) + ".onnx");
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(onnx.data()), static_cast<std::streamsize>(onnx.size()));
        reference = std::make_shared<OpenVino>(path);
        std::filesystem::remove(path);
    }
    return reference;
}

}  // namespace substitute
