// Threads: several segmenters at once, and one engine's slots from several threads.
#include <thread>
#include <vector>

#include "contract/engine_contract.hpp"

namespace {

TEST_P(EngineContract, SeveralSegmentersWorkAtOnce) {
    const Golden golden = read_golden("odd_333x257");
    std::vector<std::vector<skymask::Mask>> found(3);
    std::vector<std::thread> threads;
    for (auto& masks : found) {
        threads.emplace_back([&masks, &golden] {
            auto sky = load();
            for (int i = 0; i < 5; ++i) {
                masks.push_back(sky(golden.view()));
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const auto& masks : found) {
        for (const skymask::Mask& mask : masks) {
            expect_alike(mask.pixels(), golden.mask, golden.name);
        }
    }
}

TEST_P(EngineContract, SlotsWorkFromSeveralThreads) {
    const Golden golden = read_golden("odd_333x257");
    const skymask::Shape shape{.count = 1, .height = golden.height, .width = golden.width};
    const auto engine = open();
    std::vector<std::vector<std::uint8_t>> masks(static_cast<std::size_t>(engine->slots()),
                                                 std::vector<std::uint8_t>(golden.mask.size()));
    std::vector<std::thread> threads;
    for (int slot = 0; slot < engine->slots(); ++slot) {
        threads.emplace_back([&, slot] {
            for (int i = 0; i < 5; ++i) {
                engine->start(slot, golden.frame.data(), shape, masks[static_cast<std::size_t>(slot)].data());
                engine->wait(slot);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const auto& mask : masks) {
        expect_alike(mask, golden.mask, golden.name);
    }
}

}  // namespace
