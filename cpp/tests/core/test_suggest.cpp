// The words at the end of a message about an unknown name, as Python's errors.suggest has them.
#include <gtest/gtest.h>

#include "suggest.hpp"

namespace {

TEST(Suggest, NamesTheNearestFirst) {
    EXPECT_EQ(skymask::suggest("opnvino", {"tensorrt", "openvino", "auto"}),
              "Did you mean 'openvino'? Known: auto, openvino, tensorrt.");
}

TEST(Suggest, SaysNothingWhereNothingIsNear) {
    EXPECT_EQ(skymask::suggest("zzz", {"cpu", "auto"}), "Known: auto, cpu.");
}

TEST(Suggest, TakesAnEmptyName) { EXPECT_EQ(skymask::suggest("", {"cpu"}), "Known: cpu."); }

TEST(Repr, EscapesWhatIsNotPrintable) {
    EXPECT_EQ(skymask::repr("a'b\\c"), "'a\\'b\\\\c'");
    EXPECT_EQ(skymask::repr(std::string_view("\x89PNG\r\n\x1a\x00", 8)), "'\\x89PNG\\r\\n\\x1a\\x00'");
}

}  // namespace
