#include "slots.hpp"

#include <algorithm>
#include <utility>

namespace skymask {

void Job::start(const std::uint8_t* frames, Shape shape, std::uint8_t* sky) {
    engine_->start(slot_, frames, shape, sky);
    finished_.store(false, std::memory_order_release);
}

void Job::finish() noexcept {
    const std::lock_guard lock(mutex_);
    if (is_finished()) {
        return;
    }
    try {
        engine_->wait(slot_);
    } catch (...) {
        error_ = std::current_exception();
    }
    finished_.store(true, std::memory_order_release);
}

void Job::check() {
    finish();
    // Nobody writes the error once the job has finished.
    if (error_) {
        std::rethrow_exception(error_);
    }
}

Slots::Slots(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {
    const int count = engine_->slots();
    jobs_.resize(static_cast<std::size_t>(count));
    for (int slot = 0; slot < count; ++slot) {
        order_.push_back(slot);
    }
}

int Slots::acquire() {
    const auto is_free = [this](int slot) {
        const auto& job = jobs_[static_cast<std::size_t>(slot)];
        return job == nullptr || job->is_finished();
    };
    auto chosen = std::ranges::find_if(order_, is_free);
    if (chosen == order_.end()) {
        chosen = order_.begin();
        jobs_[static_cast<std::size_t>(*chosen)]->finish();
    }
    const int slot = *chosen;
    order_.erase(chosen);
    order_.push_back(slot);
    return slot;
}

std::shared_ptr<Job> Slots::make_job(int slot) {
    auto job = std::make_shared<Job>(engine_, slot);
    jobs_[static_cast<std::size_t>(slot)] = job;
    return job;
}

}  // namespace skymask
