#include "fakes.hpp"

#include <array>
#include <thread>
#include <utility>
#include <vector>

#include "errors.hpp"

namespace skymask::apps {

namespace {

class FakeEngine final : public Engine {
public:
    FakeEngine(std::chrono::milliseconds delay, long fails_at) : delay_(delay), fails_at_(fails_at) {}

    [[nodiscard]] int slots() const noexcept override { return static_cast<int>(slots_.size()); }

    std::uint8_t* staging(int slot, Shape shape) override {
        auto& memory = slots_.at(static_cast<std::size_t>(slot)).staging;
        memory.resize(shape.frame_bytes());
        return memory.data();
    }

    void start(int slot, const std::uint8_t* frames, Shape shape, std::uint8_t* sky) override {
        Slot& place = slots_.at(static_cast<std::size_t>(slot));
        place.number = started_++;
        for (std::size_t pixel = 0; pixel < shape.mask_bytes(); ++pixel) {
            sky[pixel] = frames[3 * pixel + 2];
        }
    }

    void wait(int slot) override {
        std::this_thread::sleep_for(delay_);
        if (slots_.at(static_cast<std::size_t>(slot)).number == fails_at_) {
            throw Error("the engine has failed");
        }
    }

    [[nodiscard]] EngineDescription describe() const override { return {"fake", "1", "cpu"}; }

private:
    struct Slot {
        std::vector<std::uint8_t> staging;
        long number = -1;
    };

    std::chrono::milliseconds delay_;
    long fails_at_;
    long started_ = 0;
    std::array<Slot, 2> slots_;
};

}  // namespace

FakeCapture::FakeCapture(Plan plan) : plan_(std::move(plan)) {
    info_.name = info_.where = "fake";
    info_.live = plan_.live;
    info_.size = fake_size;
    info_.frame_rate = 10;
}

std::optional<Frame> FakeCapture::read() {
    if (next_ == plan_.frames) {
        if (!plan_.breaks_with.empty()) {
            throw MediaError(plan_.breaks_with);
        }
        return std::nullopt;
    }
    std::this_thread::sleep_for(plan_.interval);
    Frame frame;
    frame.bgr = cv::Mat(fake_size, CV_8UC3, cv::Scalar::all(static_cast<double>(next_ % 256)));
    frame.time_s = static_cast<double>(next_) / 10;
    frame.arrived = Clock::now();
    ++next_;
    return frame;
}

Segmenter make_fake_segmenter(std::chrono::milliseconds delay, long fails_at) {
    return {std::make_unique<FakeEngine>(delay, fails_at), ModelInfo{}};
}

}  // namespace skymask::apps
