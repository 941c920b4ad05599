// An engine for tests of what lies around engines: threads of its own, an answer that is easy to foresee, failures on
// request. Its mask is the red sample of every pixel.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <skymask/segmenter.hpp>

/// What a test wants of a fake engine, and what it has seen; shared, since a Segmenter owns its engine.
struct FakeLog {
    std::chrono::milliseconds delay{0};
    std::atomic<bool> fail_start{false};
    std::atomic<bool> fail_wait{false};
    std::atomic<int> running{0};       ///< frames in flight now
    std::atomic<int> most_running{0};  ///< the most that were ever in flight
    std::atomic<int> overlaps{0};      ///< slots that were started while they computed: must stay 0
    std::atomic<int> staged{0};        ///< calls of staging
    std::atomic<bool> is_destroyed{false};
    const std::uint8_t* last_frames = nullptr;
    std::uint8_t* last_sky = nullptr;
    void* last_stream = nullptr;
    skymask::Shape last_shape;
    std::vector<int> device_slots;
};

class FakeEngine final : public skymask::Engine {
public:
    FakeEngine(std::shared_ptr<FakeLog> log, int slots, bool has_device = false);
    FakeEngine(const FakeEngine&) = delete;
    FakeEngine& operator=(const FakeEngine&) = delete;
    ~FakeEngine() override;

    [[nodiscard]] int slots() const noexcept override { return static_cast<int>(slots_.size()); }
    std::uint8_t* staging(int slot, skymask::Shape shape) override;
    void start(int slot, const std::uint8_t* frames, skymask::Shape shape, std::uint8_t* sky) override;
    void wait(int slot) override;
    [[nodiscard]] bool takes_device_memory() const noexcept override { return has_device_; }
    void run_on_device(int slot, const void* frames, skymask::Shape shape, void* sky, void* stream) override;
    [[nodiscard]] skymask::EngineDescription describe() const override;

private:
    struct Slot {
        std::future<void> work;
        std::vector<std::uint8_t> staging;
    };

    std::shared_ptr<FakeLog> log_;
    std::vector<Slot> slots_;
    bool has_device_;
};

/// A Segmenter over a fake engine.
[[nodiscard]] skymask::Segmenter fake_segmenter(const std::shared_ptr<FakeLog>& log, int slots = 2,
                                                bool has_device = false);
