// Engines on disk: the cache, files made ahead of time, and what is refused with which reason.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <skymask/tensorrt.hpp>

#include "substitute.hpp"
#include "support/expect_error.hpp"
#include "support/golden.hpp"
#include "support/images.hpp"
#include "support/onnx_bytes.hpp"
#include "support/temporary_folder.hpp"

namespace {

namespace fs = std::filesystem;

using skymask::EngineBuild;
using skymask::EngineError;
using skymask::InputError;
using skymask::ModelError;
using skymask::OutputError;
using skymask::Precision;
using skymask::Segmenter;

Bytes read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> engines_in(const fs::path& folder) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == ".engine") {
            found.push_back(entry.path());
        }
    }
    return found;
}

class Cache : public testing::Test {
protected:
    void load() const {
        auto options = tensorrt_options();
        options.cache = folder_.path() / "cache";
        auto sky = Segmenter::load(golden_model(), options);
        const Golden golden = read_golden("smallest_32x32");
        EXPECT_LE(compare(sky(golden.view()).pixels(), golden.mask, 2).share_above, 1e-3);
    }

    [[nodiscard]] int builds() const { return substitute_.calls("buildSerializedNetwork"); }
    [[nodiscard]] fs::path cache() const { return folder_.path() / "cache"; }

    Substitute substitute_;
    TemporaryFolder folder_;
};

TEST_F(Cache, BuildsOnce) {
    load();
    load();
    EXPECT_EQ(builds(), 1);
    EXPECT_EQ(engines_in(cache()).size(), 1U);
}

TEST_F(Cache, BuildsEachTimeWithoutAFolder) {
    static_cast<void>(Segmenter::load(golden_model(), tensorrt_options()));
    static_cast<void>(Segmenter::load(golden_model(), tensorrt_options()));
    EXPECT_EQ(builds(), 2);
}

TEST_F(Cache, BuildsAnewForAnotherGpuOrLibrary) {
    load();
    substitute_.machine(1, "Another GPU", 8, 9, 13000);
    load();
    EXPECT_EQ(builds(), 2);
    substitute_.version(substitute_.library_version() + 1);
    load();
    EXPECT_EQ(builds(), 3);
    EXPECT_EQ(engines_in(cache()).size(), 3U);
}

TEST_F(Cache, BuildsAnewWhatIsDamaged) {
    load();
    const fs::path engine = engines_in(cache()).front();
    const Bytes whole = read(engine);
    for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{500}, whole.size() - 1}) {
        fs::resize_file(engine, size);
        load();
        EXPECT_EQ(read(engine), whole) << size;
    }
    EXPECT_EQ(builds(), 5);
}

TEST_F(Cache, ThatCannotBeMade) {
    std::ofstream(cache()) << "a file";
    expect_error<OutputError>([&] { load(); }, "cannot be made");
}

TEST_F(Cache, ThatCannotBeWrittenDoesNotCostTheEngine) {
    load();
    for (const auto& entry : fs::directory_iterator(cache())) {
        const fs::path taken = entry.path();
        fs::remove(taken);
        fs::create_directory(taken);  // no file can come to its place, whoever asks
    }
    load();
    EXPECT_EQ(builds(), 2);
    for (const auto& entry : fs::directory_iterator(cache())) {
        EXPECT_TRUE(entry.is_directory()) << entry.path();
    }
}

TEST_F(Cache, RefusesAnotherPrecisionBeforeItBuilds) {
    auto options = tensorrt_options();
    options.cache = cache();
    options.precision = Precision::fp16;
    expect_error<EngineError>([&] { static_cast<void>(Segmenter::load(golden_model(), options)); },
                              "is fp32, but fp16 was asked for");
    EXPECT_EQ(builds(), 0);
}

TEST_F(Cache, KeepsTimings) {
    load();
    int timings = 0;
    for (const auto& entry : fs::directory_iterator(cache())) {
        timings += entry.path().filename().string().starts_with("timings-") ? 1 : 0;
    }
    EXPECT_EQ(timings, substitute_.is_rtx() ? 0 : 1);
}

TEST_F(Cache, KeepsCompiledKernels) {
    load();
    EXPECT_EQ(substitute_.calls("deserializeRuntimeCache"), 0);
    load();
    EXPECT_EQ(substitute_.calls("deserializeRuntimeCache"), substitute_.is_rtx() ? 1 : 0);
    substitute_.fail("deserializeRuntimeCache", 1, 1);
    load();  // what does not fit is ignored
}

class EngineFile : public testing::Test {
protected:
    fs::path build(const EngineBuild& request = {}) {
        const fs::path path = folder_.path() / "fast.engine";
        static_cast<void>(skymask::build_engine(golden_model(), path, request));
        return path;
    }

    template <class Kind>
    void refuse(const fs::path& path, const std::string& said) const {
        expect_error<Kind>([&] { static_cast<void>(Segmenter::load(path, tensorrt_options())); }, said);
    }

    /// Replaces a text of the header by one of the same length.
    fs::path with(const std::string& from, const std::string& to) {
        Bytes content = read(build());
        const std::string text(content.begin(), content.end());
        const auto at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        std::copy(to.begin(), to.end(), content.begin() + static_cast<std::ptrdiff_t>(at));
        return folder_.write("changed.engine", content);
    }

    Substitute substitute_;
    TemporaryFolder folder_;
};

TEST_F(EngineFile, RunsAndSaysWhatItIs) {
    const fs::path path = build();
    auto sky = Segmenter::load(path);
    EXPECT_EQ(sky.info().name, "fast");
    EXPECT_EQ(sky.info().working_width, Segmenter::load(golden_model(), tensorrt_options()).info().working_width);
    const Golden golden = read_golden("odd_641x479");
    EXPECT_LE(compare(sky(golden.view()).pixels(), golden.mask, 2).share_above, 1e-3);
    EXPECT_EQ(substitute_.calls("buildSerializedNetwork"), 2);
}

TEST_F(EngineFile, IsDescribedWhenBuilt) {
    const auto built = skymask::build_engine(golden_model(), folder_.path() / "a.engine");
    EXPECT_EQ(built.library, substitute_.is_rtx() ? "tensorrt-rtx" : "tensorrt");
    EXPECT_EQ(built.compute_capabilities, std::vector<std::string>{"8.6"});
    EXPECT_EQ(built.bytes, fs::file_size(folder_.path() / "a.engine"));
    EXPECT_EQ(built.precision, Precision::fp32);
}

TEST_F(EngineFile, OfAnotherTensorRtIsRefused) {
    const fs::path path = build();
    substitute_.version(substitute_.library_version() + 1);
    refuse<EngineError>(path, "; this machine has");
}

TEST_F(EngineFile, ForAnotherGpuIsRefused) {
    const fs::path path = build();
    substitute_.machine(1, "RTX 4090", 8, 9, 13000);
    refuse<EngineError>(path, "was built for GPUs of compute capability 8.6; RTX 4090 has 8.9.");
}

TEST_F(EngineFile, CutOffIsRefused) {
    const Bytes whole = read(build());
    for (const std::size_t size : {std::size_t{1}, std::size_t{20}, std::size_t{300}, whole.size() - 1}) {
        refuse<ModelError>(folder_.write("cut.engine", std::span(whole).first(size)),
                           size < 17 ? "is not an engine made by skymask" : "is cut off or damaged");
    }
}

TEST_F(EngineFile, WithAChangedPlanIsRefused) {
    Bytes content = read(build());
    content[content.size() / 2] ^= 1;
    refuse<ModelError>(folder_.write("changed.engine", content), "is cut off or damaged");
}

TEST_F(EngineFile, OfAnotherContractIsRefused) {
    refuse<ModelError>(with("\"contract\": 1", "\"contract\": 2"), "follows model contract version 2");
}

TEST_F(EngineFile, WithABrokenHeaderIsRefused) {
    refuse<ModelError>(with("\"working_size\"", "\"wurking_size\""), "has no usable 'working_size'");
    refuse<ModelError>(with("\"precision\": \"fp32\"", "\"precision\": \"fp99\""), "has no usable 'precision'");
    refuse<ModelError>(with("{\"contract\"", "?\"contract\""), "has no usable 'contract'");
}

TEST_F(EngineFile, OfTrtexecIsRefused) {
    refuse<ModelError>(folder_.write("trtexec.engine", Bytes(5000, 0x66)), "is not an engine made by skymask");
    refuse<ModelError>(folder_.path() / "nowhere.engine", "no model file at");
}

TEST_F(EngineFile, ThatTensorRtRefusesIsRefused) {
    const fs::path path = build();
    substitute_.fail("deserializeCudaEngine", 1, 1);
    refuse<EngineError>(path, "cannot load");
}

TEST_F(EngineFile, OfAnotherLibraryIsRefused) {
    const bool rtx = substitute_.is_rtx();
    const std::string own = rtx ? "\"library\": \"tensorrt-rtx\"" : "\"library\": \"tensorrt\",\n";
    const std::string other = rtx ? "\"library\": \"tensorrt\"    " : "\"library\": \"other\"  ,\n";
    refuse<EngineError>(with(own, other), "TensorRT cannot be used");
}

TEST_F(EngineFile, HasThePrecisionOfItsGraph) {
    substitute_.precision(1);
    EXPECT_EQ(Segmenter::load(build({.precision = Precision::fp16}), tensorrt_options()).engine().precision,
              Precision::fp16);
    auto options = tensorrt_options();
    options.precision = Precision::fp32;
    expect_error<EngineError>([&] { static_cast<void>(Segmenter::load(golden_model(), options)); },
                              "is fp16, but fp32 was asked for");
    substitute_.precision(2);
    EXPECT_EQ(Segmenter::load(golden_model(), tensorrt_options()).engine().precision, Precision::int8);
    substitute_.precision(0);
    const int builds = substitute_.calls("buildSerializedNetwork");
    expect_error<EngineError>([&] { static_cast<void>(build({.precision = Precision::fp16})); },
                              "'skymask export --precision fp16'");
    EXPECT_EQ(substitute_.calls("buildSerializedNetwork"), builds) << "told by the graph alone";
}

TEST_F(EngineFile, IsForTheSizesAskedFor) {
    const auto path = build({.usual = {1, 64, 64}, .largest = {1, 100, 100}});
    auto sky = Segmenter::load(path);
    expect_error<InputError>([&] { static_cast<void>(sky(read_golden("vga_640x480").view())); },
                             "to 1 frame of 100x100 (width x height); got 1 frame of 640x480");
    static_cast<void>(sky(read_golden("smallest_32x32").view()));
}

TEST_F(EngineFile, BuildsForGpusThatAreNotThere) {
    substitute_.machine(0, "", 0, 0, 0);
    const fs::path path = folder_.path() / "ahead.engine";
    if (!substitute_.is_rtx()) {
        expect_error<EngineError>(
            [&] { static_cast<void>(skymask::build_engine(golden_model(), path, {.compute_capabilities = {"8.6"}})); },
            "TensorRT cannot be used");
        return;
    }
    const auto built = skymask::build_engine(golden_model(), path, {.compute_capabilities = {"8.6", "8.9"}});
    EXPECT_EQ(built.compute_capabilities, (std::vector<std::string>{"8.6", "8.9"}));
    substitute_.machine(1, "RTX 4090", 8, 9, 13000);
    static_cast<void>(Segmenter::load(path));
    expect_error<EngineError>(
        [&] { static_cast<void>(skymask::build_engine(golden_model(), path, {.compute_capabilities = {"3.5"}})); },
        "does not know this compute capability");
}

TEST_F(EngineFile, BadRequestsAreRefused) {
    const auto refuse_build = [&](const EngineBuild& request, const std::string& said) {
        expect_error<InputError>([&] { static_cast<void>(build(request)); }, said);
    };
    for (const char* text : {"", "8", "8.", ".6", "eight", "8.6.1", "-8.6"}) {
        refuse_build({.compute_capabilities = {text}}, "such as 8.6; got '" + std::string(text) + "'");
    }
    refuse_build({.smallest = {1, 16, 32}}, "at least 32 pixels");
    refuse_build({.smallest = {0, 32, 32}}, "at least one frame");
    refuse_build({.usual = {1, 9000, 9000}}, "must lie between");
    refuse_build({.largest = {1, 33, 33}}, "must lie between");
}

TEST_F(EngineFile, ThatCannotBeWrittenLeavesNothing) {
    const fs::path path = folder_.path() / "no" / "such" / "folder.engine";
    expect_error<OutputError>([&] { static_cast<void>(skymask::build_engine(golden_model(), path)); },
                              "cannot be written");
    fs::create_directory(folder_.path() / "taken.engine");
    expect_error<OutputError>(
        [&] { static_cast<void>(skymask::build_engine(golden_model(), folder_.path() / "taken.engine")); },
        "cannot be written");
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1);
    EXPECT_EQ(substitute_.calls("buildSerializedNetwork"), 0) << "said before the engine is built";
}

TEST_F(EngineFile, StaysAsItWasWhereAnotherIsNotBuilt) {
    const fs::path path = build();
    const Bytes before = read(path);
    substitute_.fail("buildSerializedNetwork", 1, 1);
    expect_error<EngineError>([&] { static_cast<void>(build()); }, "cannot build");
    EXPECT_EQ(read(path), before);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(EngineFile, IsNotBuiltFromWhatIsNoModel) {
    const fs::path onnx = folder_.write("foreign.onnx", OnnxFile{.metadata = {}}.bytes());
    expect_error<ModelError>([&] { static_cast<void>(skymask::build_engine(onnx, folder_.path() / "a.engine")); },
                             "is an ONNX file but not a skymask model");
    substitute_.fail("parse", 1, 1);
    expect_error<EngineError>([&] { static_cast<void>(build()); },
                              "the substitute does not like this operator (Oddity '/odd')");
}

}  // namespace
