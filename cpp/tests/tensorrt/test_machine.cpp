// Machines on which TensorRT cannot work, and what is said there.
#include "substitute.hpp"
#include "support/expect_error.hpp"
#include "support/golden.hpp"

namespace {

using skymask::EngineError;
using skymask::Segmenter;

void expect_refusal(const std::string& said) {
    expect_error<EngineError>([] { static_cast<void>(Segmenter::load(golden_model(), tensorrt_options())); }, said);
}

std::string auto_engine() { return Segmenter::load(golden_model()).engine().engine; }

TEST(Machine, AutoTakesTensorRtWhereThereIsAGpu) {
    const Substitute substitute;
    EXPECT_EQ(auto_engine(), "tensorrt");
}

TEST(Machine, WithoutAGpu) {
    const Substitute substitute;
    substitute.machine(0, "", 0, 0, 13000);
    expect_refusal("no NVIDIA GPU was found");
    EXPECT_EQ(auto_engine(), "openvino");
}

TEST(Machine, WithoutADriver) {
    const Substitute substitute;
    substitute.machine(0, "", 0, 0, 0);
    expect_refusal("no NVIDIA driver was found");
    EXPECT_EQ(auto_engine(), "openvino");
}

TEST(Machine, WithADriverTooOld) {
    const Substitute substitute;
    substitute.machine(1, "Old", 8, 6, 12020);
    expect_refusal("the NVIDIA driver is too old: it serves CUDA 12.2, but CUDA 13.0 was loaded");
    EXPECT_EQ(auto_engine(), "openvino");
}

TEST(Machine, WhereCudaDoesNotStart) {
    const Substitute substitute;
    substitute.fail("cudaGetDeviceCount", 1, 999);
    expect_refusal("CUDA does not start");
}

TEST(Machine, AsksForGpusBeforeAnythingElse) {
    const Substitute substitute;
    substitute.machine(0, "", 0, 0, 13000);
    expect_refusal("no NVIDIA GPU");
    EXPECT_EQ(substitute.called(), "cudaGetDeviceCount");
}

TEST(Machine, GpuNumbers) {
    const Substitute substitute;
    substitute.machine(2, "RTX 3060", 8, 6, 13000);
    auto options = tensorrt_options();
    options.device = "1";
    EXPECT_EQ(Segmenter::load(golden_model(), options).engine().device, "RTX 3060");
    options.device = "2";
    expect_error<EngineError>([&] { static_cast<void>(Segmenter::load(golden_model(), options)); },
                              "There is no NVIDIA GPU number 2: this machine has 2");
    options.device = "-1";
    expect_error<EngineError>([&] { static_cast<void>(Segmenter::load(golden_model(), options)); }, "'-1'");
}

TEST(Machine, AutoTakesTheEngineThatHasTheDevice) {
    const Substitute substitute;
    const auto auto_on = [](const std::string& device) {
        return Segmenter::load(golden_model(), {.device = device}).engine().engine;
    };
    for (const char* device : {"cpu", "CPU"}) {
        EXPECT_EQ(auto_on(device), "openvino");
    }
    EXPECT_EQ(auto_on("0"), "tensorrt");
    EXPECT_EQ(auto_on("auto"), "tensorrt");
    expect_error<EngineError>([&] { static_cast<void>(auto_on("1")); }, "There is no NVIDIA GPU number 1");
    expect_error<EngineError>([&] { static_cast<void>(auto_on("npu")); }, "OpenVINO finds no device 'npu' here.");
    expect_error<EngineError>([&] { static_cast<void>(auto_on("cuda")); },
                              "No engine that was built in has a device 'cuda'. Known: auto; for tensorrt the number "
                              "of an NVIDIA GPU, such as 0; for openvino cpu, gpu, npu.");
    substitute.machine(0, "", 0, 0, 13000);
    EXPECT_EQ(auto_on("cpu"), "openvino");
    expect_error<EngineError>([&] { static_cast<void>(auto_on("0")); },
                              "can be used here on the device '0'. TensorRT cannot be used: no NVIDIA GPU was found");
}

TEST(Machine, LibraryOfAnotherVersion) {
    const Substitute substitute;
    const bool is_rtx = substitute.is_rtx();
    substitute.version(is_rtx ? 10100 : 80601);
    expect_refusal(is_rtx ? "is version 1.1.0" : "is version 8.6.1");
    EXPECT_EQ(auto_engine(), "openvino");
    substitute.version(is_rtx ? 20000 : 120000);
    expect_refusal("Install a version that fits");
}

TEST(Machine, ParserOfAnotherVersion) {
    const Substitute substitute;
    substitute.parser_version(780'000);
    expect_refusal("has major version 78, and this program was built with the NvOnnxParser.h of ");
    EXPECT_EQ(substitute.calls("createNvOnnxParser"), 0);
}

TEST(Machine, DescribesTheGpuAndTheLibrary) {
    const Substitute substitute;
    substitute.machine(1, "RTX 3060 Mobile", 8, 6, 13000);
    const auto description = Segmenter::load(golden_model(), tensorrt_options()).engine();
    EXPECT_EQ(description.device, "RTX 3060 Mobile");
    EXPECT_EQ(description.version.starts_with("RTX "), substitute.is_rtx());
    EXPECT_EQ(description.precision, skymask::Precision::fp32);
}

TEST(Machine, OutOfDeviceMemory) {
    const Substitute substitute;
    substitute.memory(3'000'000);
    auto sky = Segmenter::load(golden_model(), tensorrt_options());
    const Golden large = read_golden("vga_640x480");
    const std::vector<std::uint8_t> frame(3 * 1280 * 1280);
    expect_error<skymask::Error>([&] { static_cast<void>(sky({frame.data(), 1280, 1280})); },
                                 "The GPU is out of memory: it could not take");
    EXPECT_EQ(sky(large.view()).width(), large.width);  // and goes on with frames that fit
}

}  // namespace
