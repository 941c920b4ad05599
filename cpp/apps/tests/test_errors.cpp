#include "errors.hpp"

#include <new>
#include <string>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace skymask::apps {
namespace {

std::string said(const std::function<void()>& work, ExitCode code) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_program("skymask-test", "Buy some.", work), code);
    return testing::internal::GetCapturedStderr();
}

TEST(Errors, WhenMemoryEndsEachProgramSaysWhatToDo) {
    const std::string line = "skymask-test: error: there is not enough memory. Buy some.\n";
    EXPECT_EQ(said([] { throw std::bad_alloc(); }, failed), line);
    EXPECT_EQ(said([] { CV_Error(cv::Error::StsNoMem, "no"); }, failed), line);
}

TEST(Errors, AreOneLine) {
    EXPECT_EQ(said([] { throw InputError("No."); }, wrong_input), "skymask-test: error: No.\n");
    EXPECT_EQ(said([] { throw MediaError("No."); }, failed), "skymask-test: error: No.\n");
    EXPECT_EQ(said([] { throw Interrupted(); }, interrupted), "skymask-test: interrupted\n");
    EXPECT_EQ(said([] {}, done), "");
}

}  // namespace
}  // namespace skymask::apps
