// Frames that are in the GPU's memory, computed in streams of the caller: a slot's context serves one after the other.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "caller.hpp"
#include "substitute.hpp"
#include "support/golden.hpp"
#include "support/images.hpp"

namespace {

using skymask::Segmenter;

/// A golden frame in the GPU's memory, and the place of its mask.
struct DeviceFrame {
    explicit DeviceFrame(const std::string& name) : golden(read_golden(name)) {
        std::ranges::copy(golden.frame, frames.data());  // the substitute's device memory is the host's
    }

    void start(Segmenter& sky, const CallerStream& stream) const {
        const skymask::Shape shape{.count = 1, .height = golden.height, .width = golden.width};
        sky.on_device(frames.data(), shape, masks.data(), stream.get());
    }

    void check() const {
        EXPECT_LE(compare({masks.data(), golden.mask.size()}, golden.mask, 2).share_above, 1e-3) << golden.name;
    }

    Golden golden;
    DeviceMemory frames{golden.frame.size()};
    DeviceMemory masks{golden.mask.size()};
};

/// Kernels wait until this ends, or until somebody waits for an event.
class Held {
public:
    explicit Held(const Substitute& substitute) : substitute_(substitute) { substitute_.hold(true); }
    ~Held() { substitute_.hold(false); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    void let_go_when_waited_for() {
        waiter_ = std::jthread([this](const std::stop_token& stop) {
            while (!stop.stop_requested() && substitute_.calls("waiting for an event") == 0) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            substitute_.hold(false);
        });
    }

private:
    const Substitute& substitute_;
    std::jthread waiter_;
};

skymask::Options one_slot() {
    auto options = tensorrt_options();
    options.frames_in_flight = 1;
    return options;
}

TEST(OnDevice, FramesComeFromAndGoToDeviceMemory) {
    const Substitute substitute;
    const DeviceFrame frame("odd_333x257");
    const CallerStream stream;
    auto sky = Segmenter::load(golden_model(), tensorrt_options());
    const int copies = substitute.calls("cudaMemcpyAsync");
    frame.start(sky, stream);
    EXPECT_EQ(stream.wait(), 0);
    frame.check();
    EXPECT_EQ(substitute.calls("cudaMemcpyAsync"), copies);
}

TEST(OnDevice, AnotherStreamWaitsForTheSlotsContext) {
    const Substitute substitute;
    const DeviceFrame first("odd_333x257");
    const DeviceFrame second("odd_333x257");
    const CallerStream first_stream;
    const CallerStream second_stream;
    auto sky = Segmenter::load(golden_model(), one_slot());
    {
        const Held held(substitute);
        first.start(sky, first_stream);
        second.start(sky, second_stream);
    }
    EXPECT_EQ(second_stream.wait(), 0);
    first.check();
    second.check();
}

TEST(OnDevice, AFrameFromTheHostWaitsForTheSlotsContext) {
    const Substitute substitute;
    const DeviceFrame frame("odd_333x257");
    const CallerStream stream;
    auto sky = Segmenter::load(golden_model(), one_slot());
    for (int i = 0; i < 3; ++i) {  // also as a graph
        auto held = std::make_unique<Held>(substitute);
        frame.start(sky, stream);
        auto pending = sky.submit(frame.golden.view());
        held.reset();
        EXPECT_LE(compare(pending.get().pixels(), frame.golden.mask, 2).share_above, 1e-3);
    }
    EXPECT_EQ(substitute.calls("cudaGraphLaunch"), 3);
    EXPECT_EQ(stream.wait(), 0);
    frame.check();
}

TEST(OnDevice, AContextIsOnlySetToAnotherSizeWhenItIsIdle) {
    const Substitute substitute;
    const DeviceFrame first("odd_333x257");
    const DeviceFrame second("smallest_32x32");
    const CallerStream stream;
    auto sky = Segmenter::load(golden_model(), one_slot());
    {
        Held held(substitute);
        first.start(sky, stream);
        held.let_go_when_waited_for();
        second.start(sky, stream);
    }
    EXPECT_EQ(stream.wait(), 0);
    first.check();
    second.check();
}

TEST(OnDevice, TheEngineEndsAfterItsFrames) {
    const Substitute substitute;
    const DeviceFrame frame("odd_333x257");
    const CallerStream stream;
    auto sky = std::make_unique<Segmenter>(Segmenter::load(golden_model(), one_slot()));
    {
        Held held(substitute);
        frame.start(*sky, stream);
        held.let_go_when_waited_for();
        sky.reset();
    }
    EXPECT_EQ(substitute.calls("a context in use was changed"), 0);
    EXPECT_EQ(stream.wait(), 0);
    frame.check();
}

TEST(OnDevice, FailuresLeaveTheSlotIdle) {
    const Substitute substitute;
    const DeviceFrame frame("odd_333x257");
    const DeviceFrame same_size("odd_333x257");
    const DeviceFrame other_size("smallest_32x32");
    const CallerStream stream;
    const CallerStream other_stream;
    const int before = substitute.alive();
    const auto expect_recovery = [&](const DeviceFrame& failing, const char* call) {
        auto sky = Segmenter::load(golden_model(), one_slot());
        frame.start(sky, stream);
        substitute.fail(call, 1, 700);
        EXPECT_THROW(failing.start(sky, other_stream), skymask::Error) << call;
        EXPECT_NO_THROW(frame.start(sky, other_stream)) << call;
        EXPECT_EQ(stream.wait(), 0) << call;
        EXPECT_EQ(other_stream.wait(), 0) << call;
        frame.check();
    };
    for (const char* call :
         {"cudaSetDevice", "cudaStreamWaitEvent", "setTensorAddress", "enqueueV3", "cudaEventRecord"}) {
        expect_recovery(same_size, call);
    }
    for (const char* call : {"cudaEventSynchronize", "setInputShape"}) {
        expect_recovery(other_size, call);
    }
    EXPECT_EQ(substitute.alive(), before);
    EXPECT_EQ(substitute.calls("a context in use was changed"), 0);
}

}  // namespace
