// A machine without NVIDIA's libraries: the same binary runs, and says what is missing.
#include <skymask/tensorrt.hpp>

#include "substitute.hpp"
#include "support/expect_error.hpp"
#include "support/golden.hpp"

namespace {

TEST(Absent, IsSaidAndAutoTakesTheNextEngine) {
    if (Substitute::is_there()) {
        GTEST_SKIP() << "the substitute library is there; ctest runs this without";
    }
    expect_error<skymask::EngineError>(
        [] { static_cast<void>(skymask::Segmenter::load(golden_model(), tensorrt_options())); },
        "TensorRT cannot be used");
    EXPECT_EQ(skymask::Segmenter::load(golden_model()).engine().engine, "openvino");
}

}  // namespace
