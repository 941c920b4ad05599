// The way of a frame: graphs, sizes, memory of the GPU.
#include "substitute.hpp"
#include "support/expect_error.hpp"
#include "support/golden.hpp"
#include "support/images.hpp"

namespace {

using skymask::Segmenter;
using skymask::Shape;

Shape shape_of(const Golden& golden) { return {.count = 1, .height = golden.height, .width = golden.width}; }

TEST(Frames, AreOneGraphFromTheSecondOfASizeOn) {
    const Substitute substitute;
    auto options = tensorrt_options();
    options.frames_in_flight = 1;
    auto sky = Segmenter::load(golden_model(), options);
    const Golden golden = read_golden("smallest_32x32");
    for (int i = 0; i < 5; ++i) {
        static_cast<void>(sky(golden.view()));
    }
    EXPECT_EQ(substitute.calls("cudaStreamBeginCapture"), 1);
    EXPECT_EQ(substitute.calls("cudaGraphLaunch"), 4);
    EXPECT_EQ(substitute.calls("enqueueV3"), 2);  // once at once, once into the graph
    EXPECT_EQ(substitute.calls("setInputShape"), 1);
    static_cast<void>(sky(read_golden("odd_333x257").view()));
    EXPECT_EQ(substitute.calls("enqueueV3"), 3);  // another size: not the old graph
}

TEST(Frames, GoOnWithoutGraphsWhereTheyCannotBeRecorded) {
    const Golden golden = read_golden("odd_333x257");
    for (const char* call : {"cudaStreamBeginCapture", "cudaStreamEndCapture", "cudaGraphInstantiateWithFlags"}) {
        const Substitute substitute;
        auto sky = Segmenter::load(golden_model(), tensorrt_options());
        substitute.fail(call, 1, 900);
        for (int i = 0; i < 6; ++i) {
            EXPECT_LE(compare(sky(golden.view()).pixels(), golden.mask, 2).share_above, 1e-3) << call;
        }
    }
}

TEST(Frames, BeyondTheProfileAreRefused) {
    const Substitute substitute;
    auto sky = Segmenter::load(golden_model(), tensorrt_options());
    const std::vector<std::uint8_t> frame(3 * 3841 * 32);
    expect_error<skymask::InputError>([&] { static_cast<void>(sky({frame.data(), 3841, 32})); },
                                      "This engine was built for 1 frame of 32x32");
    const auto engine = skymask::open_engine(golden_model(), tensorrt_options());
    expect_error<skymask::InputError>(
        [&] { static_cast<void>(engine->staging(0, {.count = 5, .height = 32, .width = 32})); }, "got 5 frames");
}

TEST(Frames, ASlotIsNotStartedTwice) {
    const Substitute substitute;
    const auto engine = skymask::open_engine(golden_model(), tensorrt_options());
    const Golden golden = read_golden("smallest_32x32");
    std::vector<std::uint8_t> mask(golden.mask.size());
    engine->start(0, golden.frame.data(), shape_of(golden), mask.data());
    expect_error<skymask::InputError>(
        [&] { engine->start(0, golden.frame.data(), shape_of(golden), mask.data()); }, "still computing");
    engine->wait(0);
    EXPECT_LE(compare(mask, golden.mask, 2).share_above, 1e-3);
}

TEST(Frames, HostMemoryIsNotTakenForTheDevices) {
    const Substitute substitute;
    auto engine = skymask::open_engine(golden_model(), tensorrt_options());
    const Golden golden = read_golden("smallest_32x32");
    std::vector<std::uint8_t> mask(golden.mask.size());
    expect_error<skymask::Error>(
        [&] { engine->run_on_device(0, golden.frame.data(), shape_of(golden), mask.data(), nullptr); },
        "TensorRT failed on frames of the shape [1, 32, 32, 3]");
    engine->start(0, golden.frame.data(), shape_of(golden), mask.data());
    engine->wait(0);
    EXPECT_LE(compare(mask, golden.mask, 2).share_above, 1e-3);
}

TEST(Frames, LeaveNothingBehind) {
    const Substitute substitute;
    const int before = substitute.alive();
    {
        auto sky = Segmenter::load(golden_model(), tensorrt_options());
        for (const char* name : {"vga_640x480", "odd_333x257", "vga_640x480"}) {
            static_cast<void>(sky(read_golden(name).view()));
        }
        EXPECT_GT(substitute.alive(), before);
    }
    EXPECT_EQ(substitute.alive(), before);
}

}  // namespace
