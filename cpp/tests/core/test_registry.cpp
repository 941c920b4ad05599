// Which engine runs a model, and what is refused before any engine sees it.
#include <algorithm>

#include <gtest/gtest.h>
#include <skymask/segmenter.hpp>

#include "engine_checks.hpp"
#include "engines/registry.hpp"
#include "support/expect_error.hpp"
#include "support/fake_engine.hpp"
#include "support/golden.hpp"
#include "support/onnx_bytes.hpp"
#include "support/temporary_folder.hpp"

namespace {

using skymask::EngineError;
using skymask::InputError;
using skymask::ModelError;
using skymask::Options;
using skymask::Segmenter;

template <class Kind>
void expect_refused(const std::filesystem::path& model, const Options& options, const std::string& said) {
    expect_error<Kind>([&] { static_cast<void>(Segmenter::load(model, options)); }, said);
    expect_error<Kind>([&] { static_cast<void>(skymask::open_engine(model, options)); }, said);
}

TEST(Registry, UnknownEnginesAreRefused) {
    expect_refused<EngineError>(golden_model(), {.engine = "opnvino"}, "Unknown engine 'opnvino'. ");
    expect_refused<EngineError>(golden_model(), {.engine = ""}, "Unknown engine ''. Known: auto");
}

TEST(Registry, EnginesThatWereNotBuiltInAreNamed) {
    const auto built = skymask::built_engines();
    for (const std::string name : {"openvino", "tensorrt"}) {
        if (std::ranges::find(built, name) == built.end()) {
            expect_refused<EngineError>(
                golden_model(), {.engine = name},
                "The engine '" + name + "' was not built into this library. Build skymask with");
        }
    }
}

TEST(Registry, ImpossibleOptionsAreRefused) {
    expect_refused<InputError>(golden_model(), {.engine = "auto", .frames_in_flight = 0},
                               "frames_in_flight must be from 1 to 64; got 0.");
    expect_refused<InputError>(golden_model(), {.engine = "auto", .frames_in_flight = 65}, "got 65.");
    expect_refused<InputError>(golden_model(), {.engine = "auto", .threads = -1}, "threads must be at least 1, or 0");
    expect_refused<InputError>(golden_model(), {.engine = "auto", .threads = 1'000'000}, "; got 1000000.");
}

TEST(Registry, WhatIsNoModelIsRefusedWhicheverEngineIsNamed) {
    const TemporaryFolder folder;
    const auto file = folder.write("cut.onnx", Bytes{0x08, 0x09, 0x3a, 0x7f});
    for (std::string engine : {"auto", "openvino", "tensorrt"}) {
        expect_refused<ModelError>(file, {.engine = engine}, "cut.onnx is cut off or damaged");
    }
}

TEST(Registry, AnEngineFileNeedsItsEngine) {
    const TemporaryFolder folder;
    const auto file = folder.write("fast.engine", Bytes{1, 2, 3});
    if (skymask::engines::factory_for_suffix(file) == nullptr) {
        expect_refused<EngineError>(file, {}, "is a TensorRT engine, and this library was built without TensorRT");
    } else {
        expect_error<EngineError>([&] { static_cast<void>(skymask::engines::open(file, {.engine = "openvino"})); },
                                  "is a file of the engine 'tensorrt', which 'openvino' cannot read");
    }
}

TEST(Registry, AutoTakesTheFirstThatWorks) {
    const auto factories = skymask::engines::factories();
    const auto works = std::ranges::find_if(factories, [](const auto* factory) { return factory->problem().empty(); });
    if (works == factories.end()) {
        expect_refused<EngineError>(golden_model(), {},
                                    factories.empty() ? "built without an engine" : "None of the engines");
    } else {
        EXPECT_EQ(Segmenter::load(golden_model()).engine().engine, (*works)->name);
    }
}

TEST(Registry, AutoKnowsWhoseDeviceIsMeant) {
    if (skymask::engines::factories().empty()) {
        GTEST_SKIP() << "no engine was built in";
    }
    for (const std::string device : {"toaster", "-1", "0.", ".cpu", "cpus", ""}) {
        expect_refused<EngineError>(golden_model(), {.device = device},
                                    "No engine that was built in has a device '" + device + "'. Known: auto; for ");
    }
}

TEST(EngineBase, HasNoDeviceMemory) {
    auto log = std::make_shared<FakeLog>();
    FakeEngine engine(log, 1);
    expect_error<EngineError>([&] { engine.run_on_device(0, nullptr, {}, nullptr, nullptr); },
                              "The engine 'fake' does not take frames in a device's memory");
}

TEST(EngineChecks, RefuseWhatNoEngineTakes) {
    const char memory = 0;
    const skymask::Shape good{.count = 1, .height = 32, .width = 32};
    const auto refuse = [](auto action, const char* said) { expect_error<InputError>(action, said); };
    EXPECT_NO_THROW(skymask::check_start(0, 1, &memory, good, &memory));
    refuse([&] { skymask::check_start(1, 1, &memory, good, &memory); }, "slots 0 to 0; got 1");
    refuse([&] { skymask::check_start(-1, 1, &memory, good, &memory); }, "got -1");
    refuse([&] { skymask::check_start(0, 1, nullptr, good, &memory); }, "memory of the frames must not be null");
    refuse([&] { skymask::check_start(0, 1, &memory, good, nullptr); }, "memory of the masks must not be null");
    refuse([] { skymask::check_shape({.count = 0, .height = 32, .width = 32}); }, "at least one frame; got 0");
    refuse([] { skymask::check_shape({.count = 1, .height = 31, .width = 32}); }, "got 32x31");
    EXPECT_EQ(skymask::to_text({.count = 2, .height = 480, .width = 640}), "2 frames of 640x480 (width x height)");
}

}  // namespace
