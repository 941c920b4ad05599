#include "fake_engine.hpp"

#include <utility>

FakeEngine::FakeEngine(std::shared_ptr<FakeLog> log, int slots, bool has_device)
    : log_(std::move(log)), slots_(static_cast<std::size_t>(slots)), has_device_(has_device) {}

FakeEngine::~FakeEngine() { log_->is_destroyed = true; }

std::uint8_t* FakeEngine::staging(int slot, skymask::Shape shape) {
    ++log_->staged;
    auto& staging = slots_[static_cast<std::size_t>(slot)].staging;
    staging.resize(shape.frame_bytes());
    return staging.data();
}

void FakeEngine::start(int slot, const std::uint8_t* frames, skymask::Shape shape, std::uint8_t* sky) {
    if (log_->fail_start) {
        throw skymask::Error("the fake engine refuses to start");
    }
    auto& work = slots_[static_cast<std::size_t>(slot)].work;
    log_->overlaps += work.valid() ? 1 : 0;
    log_->last_frames = frames;
    log_->last_sky = sky;
    log_->last_shape = shape;
    const int running = ++log_->running;
    if (running > log_->most_running) {
        log_->most_running = running;
    }
    work = std::async(std::launch::async, [log = log_, frames, shape, sky] {
        std::this_thread::sleep_for(log->delay);
        for (std::size_t i = 0; i < shape.mask_bytes(); ++i) {
            sky[i] = frames[3 * i];
        }
    });
}

void FakeEngine::wait(int slot) {
    auto& work = slots_[static_cast<std::size_t>(slot)].work;
    work.get();
    work = {};
    --log_->running;
    if (log_->fail_wait) {
        throw skymask::Error("the fake engine fails");
    }
}

void FakeEngine::run_on_device(int slot, const void* frames, skymask::Shape shape, void* sky, void* stream) {
    if (!has_device_) {
        skymask::Engine::run_on_device(slot, frames, shape, sky, stream);
    }
    log_->device_slots.push_back(slot);
    log_->last_shape = shape;
    log_->last_stream = stream;
}

skymask::EngineDescription FakeEngine::describe() const {
    return {.engine = "fake", .version = "1", .device = "cpu", .precision = skymask::Precision::fp32, .threads = 1};
}

skymask::Segmenter fake_segmenter(const std::shared_ptr<FakeLog>& log, int slots, bool has_device) {
    skymask::ModelInfo info;
    info.name = "fake";
    return {std::make_unique<FakeEngine>(log, slots, has_device), info};
}
