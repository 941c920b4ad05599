// The tests that every engine must pass. To run them over an engine, link the CMake target `skymask_contract` and say
//
//     INSTANTIATE_TEST_SUITE_P(MyEngine, EngineContract, testing::Values(EngineCase{.name = "fp32", .options = {...}}),
//                              engine_case_name);
//
// EngineContract has the tests of behaviour (sizes, batches, slots, threads, bad input) and of the golden masks.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <span>
#include <string>

#include <gtest/gtest.h>
#include <skymask/segmenter.hpp>

#include "support/golden.hpp"
#include "support/images.hpp"

/// How near masks must come to the reference engine's.
struct Tolerance {
    int grey_levels = 2;            ///< a pixel differs if it is further away than this
    double differing_share = 1e-3;  ///< of the pixels of a mask may differ
    double decided_share = 1e-3;    ///< of the pixels may lie on the other side of skymask::threshold
};

/// One engine as the suite runs it.
struct EngineCase {
    std::string name{};  ///< letters, digits and underscores
    skymask::Options options{};
    Tolerance tolerance{};
    std::filesystem::path model = golden_model();
    int max_count = 4;                ///< the largest batch that the engine was built for
    int max_side = 4096;              ///< the largest height and width that the engine was built for
    std::function<void()> prepare{};  ///< runs before each test, for instance to set up a substitute library
};

inline void PrintTo(const EngineCase& engine, std::ostream* out) { *out << engine.name; }

/// The last argument of INSTANTIATE_TEST_SUITE_P.
inline std::string engine_case_name(const testing::TestParamInfo<EngineCase>& info) { return info.param.name; }

class EngineContract : public testing::TestWithParam<EngineCase> {
protected:
    void SetUp() override {
        if (GetParam().prepare) {
            GetParam().prepare();
        }
    }

    [[nodiscard]] static skymask::Segmenter load() {
        return skymask::Segmenter::load(GetParam().model, GetParam().options);
    }

    /// Expects two masks of one frame to be within the tolerance: an engine may compute it with other kernels the
    /// second time, or in a batch.
    static void expect_alike(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                             const std::string& what) {
        const Difference difference = compare(a, b, GetParam().tolerance.grey_levels);
        EXPECT_LE(difference.share_above, GetParam().tolerance.differing_share) << what << ": " << difference.text();
        EXPECT_LE(difference.share_flipped, GetParam().tolerance.decided_share) << what << ": " << difference.text();
    }

    [[nodiscard]] static std::unique_ptr<skymask::Engine> open() {
        return skymask::open_engine(GetParam().model, GetParam().options);
    }
};
