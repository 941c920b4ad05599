// Changed bytes are refused or harmless, never anything else; the fuzz target model_file goes on from here.
#include <random>

#include <gtest/gtest.h>

#include "model_file.hpp"
#include "support/onnx_bytes.hpp"

namespace {

/// True where the content was accepted; every error but ModelError fails the test.
bool is_accepted(const Bytes& content) {
    try {
        return skymask::read_model_info(content, "some.onnx").contract == 1;
    } catch (const skymask::ModelError&) {
        return false;
    }
}

TEST(ModelMutations, AChangedByteIsRefusedOrHarmless) {
    const Bytes whole = OnnxFile{}.bytes();
    int refused = 0;
    for (std::size_t position = 0; position < whole.size(); ++position) {
        for (const unsigned change : {0x01U, 0x80U, 0xffU, 0x10U}) {
            Bytes changed = whole;
            changed[position] = static_cast<std::uint8_t>(changed[position] ^ change);
            refused += is_accepted(changed) ? 0 : 1;
        }
    }
    EXPECT_GT(refused, 1000);
}

TEST(ModelMutations, RandomBytesAreRefused) {
    std::mt19937 random(11);
    for (int round = 0; round < 5000; ++round) {
        Bytes content(random() % 200);
        for (std::uint8_t& byte : content) {
            byte = static_cast<std::uint8_t>(random());
        }
        EXPECT_FALSE(is_accepted(joined({{0x08, 0x09}, content})));
    }
}

TEST(ModelMutations, TwoFilesInOneAreReadAsProtobufReadsThem) {
    OnnxFile newer;
    newer.metadata = {{"skymask.version", "\"9.9.9\""}};
    newer.inputs.clear();
    newer.outputs.clear();
    const Bytes both = joined({OnnxFile{}.bytes(), newer.bytes()});
    EXPECT_EQ(skymask::read_model_info(both, "some.onnx").version, "9.9.9");
}

}  // namespace
