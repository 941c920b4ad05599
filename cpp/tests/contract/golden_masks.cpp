// The reference engine's answers, within the tolerance of the precision.

#include "contract/engine_contract.hpp"

#include <algorithm>

namespace {

TEST_P(EngineContract, AgreesWithTheReferenceEngine) {
    const Tolerance tolerance = GetParam().tolerance;
    auto sky = load();
    for (const Golden& golden : read_golden()) {
        if (std::max(golden.width, golden.height) > GetParam().max_side) {
            continue;
        }
        const skymask::Mask mask = sky(golden.view());
        const Difference difference = compare(mask.pixels(), golden.mask, tolerance.grey_levels);
        // Kept in the log whether or not it fails: these are the numbers that the tolerance stands for.
        RecordProperty(golden.name, difference.text());
        EXPECT_LE(difference.share_above, tolerance.differing_share) << golden.name << ": " << difference.text();
        EXPECT_LE(difference.share_flipped, tolerance.decided_share) << golden.name << ": " << difference.text();
    }
}

TEST_P(EngineContract, AgreesInEveryFormat) {
    using skymask::Format;
    const Tolerance tolerance = GetParam().tolerance;
    auto sky = load();
    const Golden golden = read_golden("odd_641x479");
    const skymask::Mask reference = sky(golden.view());
    for (const Format format : {Format::rgb, Format::bgr, Format::rgba, Format::bgra}) {
        const Picture picture = relaid(golden.frame, golden.width, golden.height, format, 7);
        const Difference difference = compare(sky(picture.view).pixels(), reference.pixels(), tolerance.grey_levels);
        EXPECT_LE(difference.share_above, tolerance.differing_share)
            << "format " << static_cast<int>(format) << ": " << difference.text();
    }
}

}  // namespace
