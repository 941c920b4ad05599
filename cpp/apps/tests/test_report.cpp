#include "report.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "output_file.hpp"
#include "percentile.hpp"

namespace skymask::apps {
namespace {

namespace fs = std::filesystem;

TEST(Percentile, IsThatOfNumPy) {
    EXPECT_DOUBLE_EQ(percentile({4, 1, 3, 2}, 50), 2.5);
    EXPECT_DOUBLE_EQ(percentile({4, 1, 3, 2}, 95), 3.85);
    EXPECT_DOUBLE_EQ(percentile({7}, 95), 7);
    EXPECT_TRUE(std::isnan(percentile({}, 50)));
}

TEST(SkySummary, OfNoFramesIsNull) {
    const auto summary = SkySummary().summary();
    EXPECT_EQ(summary.size(), 6U);
    for (const auto& [key, value] : summary.items()) {
        EXPECT_TRUE(value.is_null()) << key;
    }
}

TEST(SkySummary, CountsWhatIsSkyAndHowSureItIs) {
    Mask alpha(4, 1);
    alpha.pixels()[0] = alpha.pixels()[1] = 255;
    alpha.pixels()[2] = 128;
    const SkyStats one = stats(alpha);
    EXPECT_DOUBLE_EQ(one.sky_share, 0.75);
    EXPECT_NEAR(one.confidence, (3 + 0.5 / 127.5) / 4, 1e-12);
    SkySummary summary;
    summary.add(one);
    summary.add({0.0, 0.5});
    EXPECT_EQ(summary.summary()["mean_share"], 0.375);
    EXPECT_EQ(summary.summary()["frames_without_sky"], 0.5);
    EXPECT_EQ(summary.summary()["least_confident_frame"], 1);
}

TEST(Trace, IsWhatTraceViewersRead) {
    const fs::path path = fs::temp_directory_path() / "skymask-test-trace.json";
    Trace trace;
    StageTimes times(&trace);
    times.add("decode", 0, Clock::now() - std::chrono::milliseconds(3), "skymask-decode");
    std::thread([&] { times.add("infer", 0, Clock::now(), "skymask-infer-0"); }).join();
    trace.write(path);
    std::ifstream file(path);
    const auto events = nlohmann::json::parse(file)["traceEvents"];
    ASSERT_EQ(events.size(), 4U);  // two names of threads, two pieces of work
    EXPECT_EQ(events[0]["args"]["name"], "skymask-decode");
    EXPECT_EQ(events[2]["ph"], "X");
    EXPECT_EQ(events[2]["ts"], 0.0);
    EXPECT_GE(events[2]["dur"], 3000.0);
    EXPECT_EQ(events[3]["tid"], 2);
    fs::remove(path);
}

TEST(OutputFile, NamesTheFolderThatIsMissing) {
    try {
        write_text("/no/such/folder/report.json", "x");
        FAIL() << "it was written";
    } catch (const OutputError& error) {
        EXPECT_NE(std::string(error.what()).find("/no/such/folder"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace skymask::apps
