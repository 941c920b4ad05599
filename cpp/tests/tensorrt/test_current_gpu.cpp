// Which GPU is the current one is a setting of each thread: the engine works on its own and leaves the caller's as it
// was.
#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

#include <skymask/tensorrt.hpp>

#include "caller.hpp"
#include "substitute.hpp"
#include "support/golden.hpp"
#include "support/images.hpp"
#include "support/temporary_folder.hpp"

namespace {

using skymask::Segmenter;

void choose_gpu(int number) { ASSERT_EQ(Substitute::function<int (*)(int)>("cudaSetDevice")(number), 0); }

int chosen_gpu() {
    int number = -1;
    Substitute::function<int (*)(int*)>("cudaGetDevice")(&number);
    return number;
}

/// A machine with two GPUs; the engine is on number 1, the caller on 0.
class CurrentGpu : public testing::Test {
protected:
    CurrentGpu() {
        substitute_.machine(2, "RTX 3060", 8, 6, 13000);
        options_.device = "1";
    }

    void expect_the_callers(const char* after) const {
        EXPECT_EQ(chosen_gpu(), 0) << after;
        EXPECT_EQ(substitute_.calls("released on another GPU"), 0) << after;
    }

    void expect_masks(Segmenter& sky) const {
        for (int i = 0; i < 6; ++i) {  // also as graphs
            EXPECT_LE(compare(sky(golden_.view()).pixels(), golden_.mask, 2).share_above, 1e-3);
        }
    }

    Substitute substitute_;
    Golden golden_ = read_golden("odd_333x257");
    skymask::Options options_ = tensorrt_options();
};

TEST_F(CurrentGpu, StaysTheCallers) {
    auto sky = std::make_unique<Segmenter>(Segmenter::load(golden_model(), options_));
    expect_the_callers("loading");
    expect_masks(*sky);
    expect_the_callers("frames");
    static_cast<void>((*sky)({golden_.frame.data(), golden_.width, golden_.height, 0, skymask::Format::bgr}));
    expect_the_callers("a frame that was converted");
    static_cast<void>(sky->submit(golden_.view()));
    expect_the_callers("a mask that was dropped");
    auto pending = sky->submit(golden_.view());
    expect_the_callers("a frame that was submitted");
    EXPECT_LE(compare(pending.get().pixels(), golden_.mask, 2).share_above, 1e-3);
    expect_the_callers("its mask");
    sky.reset();
    expect_the_callers("the engine's end");
}

TEST_F(CurrentGpu, StaysTheCallersWithFramesOnTheDevice) {
    choose_gpu(1);
    auto memory = std::make_unique<DeviceMemory>(golden_.frame.size() + golden_.mask.size());
    auto stream = std::make_unique<CallerStream>();
    choose_gpu(0);
    std::ranges::copy(golden_.frame, memory->data());
    std::uint8_t* const masks = memory->data() + golden_.frame.size();
    auto sky = std::make_unique<Segmenter>(Segmenter::load(golden_model(), options_));
    const skymask::Shape shape{.count = 1, .height = golden_.height, .width = golden_.width};
    sky->on_device(memory->data(), shape, masks, stream->get());
    expect_the_callers("frames on the device");
    EXPECT_EQ(stream->wait(), 0);
    EXPECT_LE(compare({masks, golden_.mask.size()}, golden_.mask, 2).share_above, 1e-3);
    sky.reset();
    expect_the_callers("the engine's end");
    choose_gpu(1);  // to release what was made there
    stream.reset();
    memory.reset();
}

TEST_F(CurrentGpu, StaysTheCallersWhereSomethingFails) {
    const std::pair<const char*, int> while_loading[]{
        {"deserializeCudaEngine", 1}, {"createExecutionContext", 2}, {"cudaEventCreateWithFlags", 2}};
    for (const auto& [call, nth] : while_loading) {
        substitute_.fail(call, nth, 700);
        EXPECT_THROW(static_cast<void>(Segmenter::load(golden_model(), options_)), skymask::Error) << call;
        expect_the_callers(call);
    }
    auto sky = Segmenter::load(golden_model(), options_);
    for (const char* call :
         {"cudaMallocHost", "setInputShape", "enqueueV3", "cudaMemcpyAsync", "cudaStreamSynchronize"}) {
        substitute_.fail(call, 1, 700);
        EXPECT_THROW(static_cast<void>(sky(golden_.view())), skymask::Error) << call;
        expect_the_callers(call);
    }
    expect_masks(sky);
}

TEST_F(CurrentGpu, IsTheEnginesInEveryThread) {
    auto sky = Segmenter::load(golden_model(), options_);
    for (const int number : {0, 1}) {
        std::thread([&] {
            choose_gpu(number);
            expect_masks(sky);
            EXPECT_EQ(chosen_gpu(), number);
        }).join();
    }
    options_.device = "0";
    std::thread([&] {
        choose_gpu(1);
        auto other = Segmenter::load(golden_model(), options_);
        expect_masks(other);
        EXPECT_EQ(chosen_gpu(), 1);
    }).join();
    EXPECT_EQ(substitute_.calls("released on another GPU"), 0);
}

TEST_F(CurrentGpu, IsTheFirstWhereAnEngineIsBuiltForThisMachine) {
    const TemporaryFolder folder;
    choose_gpu(1);
    static_cast<void>(skymask::build_engine(golden_model(), folder.path() / "a.engine"));
    EXPECT_EQ(substitute_.built_on(), 0);
    EXPECT_EQ(chosen_gpu(), 1);
}

}  // namespace
