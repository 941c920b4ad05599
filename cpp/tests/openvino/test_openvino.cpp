// The contract over OpenVINO on the CPU, and what OpenVINO alone has: precisions, a cache, devices, threads.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "contract/engine_contract.hpp"
#include "support/expect_error.hpp"
#include "support/images.hpp"
#include "support/temporary_folder.hpp"

namespace {

using skymask::EngineError;
using skymask::Options;
using skymask::Precision;
using skymask::Segmenter;

Options cpu(Precision precision) { return {.engine = "openvino", .device = "cpu", .precision = precision}; }

/// Skips the test on processors that do not compute in bf16, and for models that do not bear it.
void need_bf16() {
    static const std::string problem = [] {
        try {
            static_cast<void>(skymask::open_engine(golden_model(), cpu(Precision::bf16)));
        } catch (const EngineError& error) {
            return std::string(error.what());
        }
        return std::string();
    }();
    if (!problem.empty()) {
        GTEST_SKIP() << problem;
    }
}

INSTANTIATE_TEST_SUITE_P(
    OpenVino, EngineContract,
    testing::Values(EngineCase{.name = "fp32", .options = cpu(Precision::fp32), .tolerance = {2, 1e-3, 1e-3}},
                    EngineCase{.name = "bf16",
                               .options = cpu(Precision::bf16),
                               .tolerance = {12, 2e-3, 3e-3},  // measured: at most a fifth of it
                               .prepare = need_bf16}),
    engine_case_name);

TEST(OpenVino, AutomaticIsTheReferencePrecision) {
    EXPECT_EQ(Segmenter::load(golden_model(), cpu(Precision::automatic)).engine().precision, Precision::fp32);
}

TEST(OpenVino, OneSlotTakesFramesOneAfterTheOther) {
    auto options = cpu(Precision::fp32);
    options.threads = 1;
    options.frames_in_flight = 1;
    auto sky = Segmenter::load(golden_model(), options);
    const Golden golden = read_golden("odd_333x257");
    auto first = sky.submit(golden.view());
    auto second = sky.submit(golden.view());
    EXPECT_LE(compare(second.get().pixels(), golden.mask, 2).share_above, 1e-3);
    EXPECT_LE(compare(first.get().pixels(), golden.mask, 2).share_above, 1e-3);
}

TEST(OpenVino, SizesThatComeAgainKeepTheirAnswer) {
    // From the second time on, each size has a model of its own, the oldest of which are dropped.
    auto sky = Segmenter::load(golden_model(), cpu(Precision::fp32));
    for (int round = 0; round < 2; ++round) {
        for (int width = 40; width < 45; ++width) {
            const auto frame = noise(3 * static_cast<std::size_t>(width) * 33, static_cast<unsigned>(width));
            const skymask::ImageView view{frame.data(), width, 33};
            const auto first = sky(view);
            EXPECT_LE(compare(sky(view).pixels(), first.pixels(), 1).largest, 1);
        }
    }
}

TEST(OpenVino, ComputesInThePrecisionAskedFor) {
    EXPECT_EQ(Segmenter::load(golden_model(), cpu(Precision::fp32)).engine().precision, Precision::fp32);
}

TEST(OpenVino, TakesThePrecisionOfTheProcessorWhereItHasIt) {
    for (const Precision precision : {Precision::bf16, Precision::fp16}) {
        try {
            EXPECT_EQ(Segmenter::load(golden_model(), cpu(precision)).engine().precision, precision);
        } catch (const EngineError& error) {  // a processor without it, or a model that does not bear it
            EXPECT_NE(std::string(error.what()).find("eave the precision at 'auto'."), std::string::npos)
                << error.what();
        }
    }
}

TEST(OpenVino, RefusesToQuantise) {
    expect_error<EngineError>([] { static_cast<void>(Segmenter::load(golden_model(), cpu(Precision::int8))); },
                              "computes in fp32 where int8 was asked for");
}

TEST(OpenVino, AQuantisedModelIsInt8) {
    const auto model = golden_model().parent_path() / "fast-int8.onnx";
    for (const Precision precision : {Precision::automatic, Precision::fp32}) {
        EXPECT_EQ(Segmenter::load(model, cpu(precision)).engine().precision, Precision::int8);
    }
}

TEST(OpenVino, DescribesItself) {
    auto options = cpu(Precision::fp32);
    options.threads = 1;
    const auto description = Segmenter::load(golden_model(), options).engine();
    EXPECT_EQ(description.engine, "openvino");
    EXPECT_EQ(description.device, "cpu");
    EXPECT_EQ(description.threads, 1);
    EXPECT_NE(description.version.find('.'), std::string::npos);
}

TEST(OpenVino, NamesOfDevicesAreCaseless) {
    auto options = cpu(Precision::fp32);
    options.device = "CPU";
    EXPECT_EQ(Segmenter::load(golden_model(), options).engine().device, "cpu");
}

TEST(OpenVino, UnknownDevicesAreNamedWithTheKnownOnes) {
    auto options = cpu(Precision::fp32);
    options.device = "cpuu";
    expect_error<EngineError>([&] { static_cast<void>(Segmenter::load(golden_model(), options)); },
                              "OpenVINO finds no device 'cpuu' here. Did you mean 'cpu'? Known: auto, cpu");
}

TEST(OpenVino, KeepsACompiledModel) {
    const TemporaryFolder folder;
    auto options = cpu(Precision::fp32);
    options.cache = folder.path() / "new" / "cache";
    const Golden golden = read_golden("odd_333x257");
    const auto fresh = Segmenter::load(golden_model(), options)(golden.view());
    EXPECT_FALSE(std::filesystem::is_empty(options.cache));
    const auto cached = Segmenter::load(golden_model(), options)(golden.view());
    EXPECT_EQ(compare(fresh.pixels(), cached.pixels(), 0).largest, 0);
}

TEST(OpenVino, ACacheThatCannotBeMadeIsNamed) {
    const TemporaryFolder folder;
    const std::vector<std::uint8_t> note{'x'};
    auto options = cpu(Precision::fp32);
    options.cache = folder.write("note", note) / "cache";
    expect_error<skymask::OutputError>([&] { static_cast<void>(Segmenter::load(golden_model(), options)); },
                                       "note/cache cannot be made: Not a directory.");
}

TEST(OpenVino, RefusesToStartASlotTwice) {
    const Golden golden = read_golden("hd_1920x1080");
    const auto engine = skymask::open_engine(golden_model(), cpu(Precision::fp32));
    std::vector<std::uint8_t> mask(golden.mask.size(), 1);
    const skymask::Shape shape{.count = 1, .height = golden.height, .width = golden.width};
    engine->start(0, golden.frame.data(), shape, mask.data());
    expect_error<skymask::InputError>([&] { engine->start(0, golden.frame.data(), shape, mask.data()); },
                                      "Slot 0 is still computing");
    engine->wait(0);
    EXPECT_LE(compare(mask, golden.mask, 2).share_above, 1e-3);
}

TEST(OpenVino, WeightsThatAreDamagedInsideAreRefused) {
    // The signature and metadata are whole, so the reader accepts it; OpenVINO finds the damage.
    const TemporaryFolder folder;
    std::ifstream file(golden_model(), std::ios::binary);
    std::vector<std::uint8_t> content{std::istreambuf_iterator<char>(file), {}};
    const std::string word = "Conv";
    auto place = content.begin();
    while ((place = std::search(place, content.end(), word.begin(), word.end())) != content.end()) {
        *place = 'X';  // an operator that nobody knows
    }
    const auto damaged = folder.write("damaged.onnx", content);
    expect_error<EngineError>([&] { static_cast<void>(Segmenter::load(damaged, cpu(Precision::fp32))); },
                              "OpenVINO refuses ");
}

}  // namespace
