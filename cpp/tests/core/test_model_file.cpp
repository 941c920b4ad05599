// What is no whole skymask model is refused, each case with its own words; the cases and words of Python's
// tests/runtime/test_model_file.py.
#include "model_file.hpp"

#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "support/expect_error.hpp"
#include "support/golden.hpp"
#include "support/onnx_bytes.hpp"
#include "support/temporary_folder.hpp"

namespace {

using skymask::ModelError;
using skymask::read_model_info;

void expect_refused(const Bytes& content, const std::string& said) {
    expect_error<ModelError>([&] { static_cast<void>(read_model_info(content, "some.onnx")); }, said);
}

Bytes text(const std::string& content) { return {content.begin(), content.end()}; }

TEST(ModelFile, SaysWhatItIs) {
    const auto info = read_model_info(OnnxFile{}.bytes(), "some.onnx");
    EXPECT_EQ(info.name, "tiny");
    EXPECT_EQ(info.version, "1.2.3");
    EXPECT_EQ(info.license, "MIT");
    EXPECT_EQ(info.training_data, "none");
    EXPECT_EQ(info.commit, "0123abc");
    EXPECT_EQ(info.working_width, 320);
    EXPECT_EQ(info.working_height, 256);
    EXPECT_EQ(info.contract, 1);
}

TEST(ModelFile, ReadsTheShippedModel) {
    const auto info = read_model_info(golden_model());
    EXPECT_EQ(info.name, "fast");
    EXPECT_GT(info.working_width, 0);
    EXPECT_FALSE(info.commit.empty());
}

TEST(ModelFile, EveryPrefixIsRefused) {
    const Bytes whole = OnnxFile{}.bytes();
    for (std::size_t length = 0; length < whole.size(); ++length) {
        expect_refused(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)), "some.onnx");
    }
}

TEST(ModelFile, CutWithinTheWeightsIsCalledCutOff) {
    Bytes cut = OnnxFile{}.bytes();
    cut.resize(100);
    expect_refused(cut, "The model file some.onnx is cut off or damaged: byte 5 announces ");
    expect_refused(cut, " more bytes, but only 95 follow. Copy or export it again.");
}

TEST(ModelFile, OtherFilesAreNamedForWhatTheyAre) {
    expect_refused(text("hello, this is text"), "some.onnx is not an ONNX file (it begins with b'hello, t')");
    expect_refused(text(std::string("PK\x03\x04 a torch checkpoint")),
                   "b'PK\\x03\\x04 a t'). If it is a training checkpoint");
    expect_refused(text("version https://git-lfs.github.com/spec/v1\n"), "begins with b'version '");
    expect_refused({0x08, 0x09}, "is an ONNX file but not a skymask model: its metadata has no 'skymask.contract'");
    expect_refused({}, "is not an ONNX file");
}

TEST(ModelFile, DamagedNumbersAreRefused) {
    expect_refused(joined({{0x08}, Bytes(20, 0xff)}), "a number of more than 10 bytes at byte 1");
    expect_refused({0x08, 0x09, 0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, "announces");
    expect_refused({0x08, 0x09, 0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
                   "announces 18446744073709551615 more bytes, but only 0 follow");
    expect_refused({0x08, 0x80}, "a number breaks off at byte 2");
    expect_refused({0x08, 0x09, 0x3b}, "unknown wire type 3 at byte 3");
    expect_refused({0x08, 0x09, 0x38, 0x05}, "the number 5 where a message was expected");
    expect_refused({0x08, 0x09, 0x09, 0x01}, "announces 8 more bytes, but only 1 follow");
    expect_refused({0x08, 0x09, 0x0d, 0x01}, "announces 4 more bytes, but only 1 follow");
}

TEST(ModelFile, FilesThatAreNoneAreRefused) {
    const TemporaryFolder folder;
    const auto refuse = [](const std::filesystem::path& file, const std::string& said) {
        expect_error<ModelError>([&] { static_cast<void>(read_model_info(file)); }, said);
    };
    refuse(folder.path() / "none.onnx", "There is no model file at");
    refuse(folder.path(), "is a folder; a model is one ONNX file");
    refuse(folder.write("empty.onnx", {}), "is empty (0 bytes). Copy or export it again.");
    refuse("/dev/null", "is empty (0 bytes)");
    const Bytes note = text("hello");
    refuse(folder.write("note.onnx", note) / "inside.onnx", "note.onnx/inside.onnx");
    refuse(folder.write("note.onnx", note), "note.onnx is not an ONNX file");
}

TEST(ModelFile, UnreadableOnesAreRefused) {
    if (geteuid() == 0) {
        GTEST_SKIP() << "root may read everything";
    }
    const TemporaryFolder folder;
    const auto file = folder.write("locked.onnx", OnnxFile{}.bytes());
    std::filesystem::permissions(file, std::filesystem::perms::none);
    expect_error<ModelError>([&] { static_cast<void>(read_model_info(file)); }, "cannot be read: Permission denied.");
}

struct Entry {
    const char* key;
    const char* value;  ///< null leaves the entry out
    const char* said;
};

class BadMetadata : public testing::TestWithParam<Entry> {};

TEST_P(BadMetadata, IsRefused) {
    const auto [key, value, said] = GetParam();
    OnnxFile file;
    file.metadata.erase(key);
    if (value != nullptr) {
        file.metadata[key] = value;
    }
    expect_refused(file.bytes(), said);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadMetadata,
    testing::Values(Entry{"skymask.contract", "2",
                          "follows model contract version 2; this skymask reads version 1. Export the model again"},
                    Entry{"skymask.contract", "\"1\"", "follows model contract version \"1\""},
                    Entry{"skymask.contract", "1.0", "'skymask.contract' of the wrong kind: 1.0."},
                    Entry{"skymask.contract", nullptr, "not a skymask model"},
                    Entry{"skymask.contract", "one", "'skymask.contract' that is not JSON: 'one'."},
                    Entry{"skymask.name", nullptr,
                          "lacks the metadata entry 'skymask.name' that every skymask model has."},
                    Entry{"skymask.name", "7", "'skymask.name' of the wrong kind: 7."},
                    Entry{"skymask.version", "null", "of the wrong kind: null."},
                    Entry{"skymask.working_size", "[256]", "of the wrong kind: [256]."},
                    Entry{"skymask.working_size", "[256, 0]", "of the wrong kind"},
                    Entry{"skymask.working_size", "[256, -1]", "of the wrong kind"},
                    Entry{"skymask.working_size", "[256, 1.5]", "of the wrong kind"},
                    Entry{"skymask.working_size", "[256, 99999999999999999999]", "of the wrong kind"},
                    Entry{"skymask.working_size", "{}", "of the wrong kind"},
                    Entry{"skymask.metrics", "{\"a\": \"b\"}", "of the wrong kind"},
                    Entry{"skymask.metrics", "[]", "of the wrong kind"},
                    Entry{"skymask.parity", nullptr, "lacks the metadata entry 'skymask.parity'"},
                    Entry{"skymask.parity", "true", "of the wrong kind: true."}));

struct Signature {
    std::vector<Tensor> inputs;
    std::vector<Tensor> outputs;
    std::string said;
};

class BadSignature : public testing::TestWithParam<Signature> {};

TEST_P(BadSignature, IsRefused) {
    OnnxFile file;
    file.inputs = GetParam().inputs;
    file.outputs = GetParam().outputs;
    expect_refused(file.bytes(), "some.onnx does not fit the model contract: its ");
    expect_refused(file.bytes(), GetParam().said);
}

const Tensor good_input{"frame", 2, {0, 0, 0, 3}};
const Tensor good_output{"sky", 2, {0, 0, 0}};

INSTANTIATE_TEST_SUITE_P(
    All, BadSignature,
    testing::Values(
        Signature{{{"image", 2, {0, 0, 0, 3}}},
                  {good_output},
                  "input should be 'frame: uint8 [*, *, *, 3]' (* is any size) but is 'image: uint8 [*, *, *, 3]'"},
        Signature{{{"frame", 1, {0, 0, 0, 3}}}, {good_output}, "'frame: float32 [*, *, *, 3]'"},
        Signature{{{"frame", 9, {0, 0, 0, 3}}}, {good_output}, "'frame: type 9 ["},
        Signature{{{"frame", 2, {0, 3, 0, 0}}}, {good_output}, "'frame: uint8 [*, 3, *, *]'"},
        Signature{{{"frame", 2, {1, 240, 320, 3}}}, {good_output}, "[1, 240, 320, 3]"},
        Signature{{}, {good_output}, "input should be 'frame: uint8 [*, *, *, 3]' (* is any size) but is 'missing'"},
        Signature{{good_input},
                  {{"mask", 2, {0, 0, 0}}},
                  "output should be 'sky: uint8 [*, *, *]' (* is any size) but is 'mask: uint8"},
        Signature{{good_input}, {{"sky", 1, {0, 0, 0}}}, "'sky: float32"},
        Signature{{good_input}, {{"sky", 2, {0, 1, 0, 0}}}, "[*, 1, *, *]"},
        Signature{{good_input},
                  {good_output, {"difference", 1, {0, 0, 0}}},
                  "'sky: uint8 [*, *, *]; difference: float32 [*, *, *]'"},
        Signature{{good_input}, {{"sky", 2, {}}}, "'sky: uint8 []'"}));

}  // namespace
