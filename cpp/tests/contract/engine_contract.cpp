// How every engine behaves: sizes that change, batches, slots, memory, bad input.
#include "contract/engine_contract.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "support/expect_error.hpp"

namespace {

using skymask::ImageView;
using skymask::InputError;
using skymask::Mask;
using skymask::ModelError;
using skymask::Shape;

std::vector<std::uint8_t> bytes(const Mask& mask) { return {mask.pixels().begin(), mask.pixels().end()}; }

Shape shape_of(const Golden& golden, int count = 1) {
    return {.count = count, .height = golden.height, .width = golden.width};
}

TEST_P(EngineContract, DescribesItself) {
    const auto engine = open();
    const auto description = engine->describe();
    EXPECT_FALSE(description.engine.empty());
    EXPECT_FALSE(description.version.empty());
    EXPECT_FALSE(description.device.empty());
    EXPECT_NE(description.precision, skymask::Precision::automatic);
    EXPECT_EQ(engine->slots(), GetParam().options.frames_in_flight);
    EXPECT_EQ(load().info().name, "fast");
}

TEST_P(EngineContract, FollowsSizesThatChange) {
    auto sky = load();
    const std::array goldens{read_golden("vga_640x480"), read_golden("odd_333x257"), read_golden("smallest_32x32")};
    std::vector<std::vector<std::uint8_t>> first;
    for (const Golden& golden : goldens) {
        first.push_back(bytes(sky(golden.view())));
    }
    for (std::size_t i = goldens.size(); i-- > 0;) {
        expect_alike(sky(goldens[i].view()).pixels(), first[i], goldens[i].name);
    }
}

TEST_P(EngineContract, AnswersTheSameTwice) {
    auto sky = load();
    const Golden golden = read_golden("vga_640x480");
    const Mask first = sky(golden.view());
    for (int i = 0; i < 3; ++i) {
        expect_alike(sky(golden.view()).pixels(), first.pixels(), golden.name);
    }
}

TEST_P(EngineContract, WritesOnlyTheMask) {
    auto sky = load();
    const Golden golden = read_golden("odd_333x257");
    const std::size_t guard = 64;
    std::vector<std::uint8_t> out(guard + golden.mask.size() + guard, 0xee);
    const auto frame = golden.frame;
    sky(golden.view(), {out.data() + guard, golden.width, golden.height});
    const auto is_untouched = [](std::uint8_t byte) { return byte == 0xee; };
    EXPECT_TRUE(std::all_of(out.begin(), out.begin() + guard, is_untouched));
    EXPECT_TRUE(std::all_of(out.end() - guard, out.end(), is_untouched));
    EXPECT_EQ(golden.frame, frame);
    expect_alike({out.data() + guard, golden.mask.size()}, golden.mask, golden.name);
}

TEST_P(EngineContract, BatchesAreTheFramesOneByOne) {
    const int count = std::min(GetParam().max_count, 3);
    auto sky = load();
    const Golden golden = read_golden("vga_640x480");
    const auto mirrored = [&] {
        std::vector<std::uint8_t> rows;
        const std::size_t row = 3 * static_cast<std::size_t>(golden.width);
        for (std::size_t y = static_cast<std::size_t>(golden.height); y-- > 0;) {
            const auto start = golden.frame.begin() + static_cast<std::ptrdiff_t>(y * row);
            rows.insert(rows.end(), start, start + static_cast<std::ptrdiff_t>(row));
        }
        return rows;
    }();
    std::vector<ImageView> images{golden.view()};
    for (int i = 1; i < count; ++i) {
        images.push_back({mirrored.data(), golden.width, golden.height});
    }
    const auto masks = sky.batch(images);
    ASSERT_EQ(masks.size(), static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < masks.size(); ++i) {
        expect_alike(masks[i].pixels(), sky(images[i]).pixels(), "frame " + std::to_string(i));
    }
}

TEST_P(EngineContract, FramesInFlightDoNotMix) {
    auto sky = load();
    const std::array goldens{read_golden("vga_640x480"), read_golden("portrait_360x640")};
    const std::array expected{bytes(sky(goldens[0].view())), bytes(sky(goldens[1].view()))};
    std::vector<skymask::PendingMask> pending;
    for (std::size_t i = 0; i < 6; ++i) {
        pending.push_back(sky.submit(goldens[i % 2].view()));
    }
    for (std::size_t i = 0; i < pending.size(); ++i) {
        expect_alike(pending[i].get().pixels(), expected[i % 2], "frame " + std::to_string(i));
    }
}

TEST_P(EngineContract, SlotsCanBeWaitedForInAnyOrder) {
    const auto engine = open();
    const Golden golden = read_golden("odd_333x257");
    std::vector<std::vector<std::uint8_t>> masks(static_cast<std::size_t>(engine->slots()),
                                                 std::vector<std::uint8_t>(golden.mask.size()));
    for (int slot = 0; slot < engine->slots(); ++slot) {
        engine->start(slot, golden.frame.data(), shape_of(golden), masks[static_cast<std::size_t>(slot)].data());
    }
    for (int slot = engine->slots(); slot-- > 0;) {
        engine->wait(slot);
        expect_alike(masks[static_cast<std::size_t>(slot)], golden.mask, "slot " + std::to_string(slot));
    }
}

TEST_P(EngineContract, WaitingForNothingReturns) {
    const auto engine = open();
    EXPECT_NO_THROW(engine->wait(0));
}

TEST_P(EngineContract, StagingHoldsTheFrames) {
    const auto engine = open();
    const Golden golden = read_golden("odd_333x257");
    std::uint8_t* staging = engine->staging(0, shape_of(golden));
    ASSERT_NE(staging, nullptr);
    std::ranges::copy(golden.frame, staging);
    std::vector<std::uint8_t> from_staging(golden.mask.size());
    engine->start(0, staging, shape_of(golden), from_staging.data());
    engine->wait(0);
    std::vector<std::uint8_t> from_caller(golden.mask.size());
    engine->start(0, golden.frame.data(), shape_of(golden), from_caller.data());
    engine->wait(0);
    expect_alike(from_staging, from_caller, golden.name);
}

TEST_P(EngineContract, CanBeDroppedWhileItComputes) {
    const Golden golden = read_golden("vga_640x480");
    std::vector<std::uint8_t> mask(golden.mask.size());
    auto engine = open();
    engine->start(0, golden.frame.data(), shape_of(golden), mask.data());
    engine.reset();
    SUCCEED();  // under AddressSanitizer, writing to the mask after this test would be seen
}

TEST_P(EngineContract, RefusesBadInput) {
    const auto engine = open();
    const Golden golden = read_golden("smallest_32x32");
    std::vector<std::uint8_t> mask(golden.mask.size());
    const auto refuse = [&](int slot, const std::uint8_t* frames, Shape shape, std::uint8_t* sky, const char* said) {
        expect_error<InputError>([&] { engine->start(slot, frames, shape, sky); }, said);
    };
    const std::uint8_t* frame = golden.frame.data();
    refuse(0, nullptr, shape_of(golden), mask.data(), "must not be null");
    refuse(0, frame, shape_of(golden), nullptr, "must not be null");
    refuse(0, frame, {.count = 0, .height = 32, .width = 32}, mask.data(), "at least one frame");
    refuse(0, frame, {.count = 1, .height = 0, .width = 32}, mask.data(), "got 32x0");
    refuse(0, frame, {.count = 1, .height = 32, .width = -5}, mask.data(), "got -5x32");
    refuse(engine->slots(), frame, shape_of(golden), mask.data(), "slots");
    refuse(-1, frame, shape_of(golden), mask.data(), "slots");
    expect_error<InputError>([&] { static_cast<void>(engine->staging(99, shape_of(golden))); }, "slots");
    expect_error<InputError>([&] { engine->wait(99); }, "slots");
    engine->start(0, frame, shape_of(golden), mask.data());  // and goes on working
    engine->wait(0);
    expect_alike(mask, golden.mask, golden.name);
}

TEST_P(EngineContract, RefusesAFileThatIsNoModel) {
    expect_error<ModelError>([] { static_cast<void>(skymask::Segmenter::load("nowhere.onnx", GetParam().options)); },
                             "no model file at");
}

TEST_P(EngineContract, RefusesAnUnknownDevice) {
    auto options = GetParam().options;
    options.device = "toaster";
    expect_error<skymask::EngineError>([&] { static_cast<void>(skymask::open_engine(GetParam().model, options)); },
                                       "toaster");
}

}  // namespace
