#include "progress.hpp"

#include <unistd.h>

#include <iomanip>
#include <iostream>
#include <utility>

namespace skymask::apps {

namespace {

constexpr double refresh_s = 0.2;

}  // namespace

Progress::Progress(std::string name, long total, std::string things)
    : name_(std::move(name)), total_(total), things_(std::move(things)), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() { clear(); }

void Progress::show(long done) {
    const auto now = Clock::now();
    if (!is_terminal_ || seconds(now - last_) < refresh_s) {
        return;
    }
    last_ = now;
    clear();
    std::cerr << name_ << ": " << done;
    if (total_ > 0) {
        std::cerr << '/' << total_;
    }
    std::cerr << ' ' << things_ << ", " << std::fixed << std::setprecision(1)
              << static_cast<double>(done) / seconds(now - start_) << ' ' << things_ << "/s" << std::flush;
}

void Progress::tell(const std::string& text) {
    clear();
    std::cerr << text << '\n';
}

void Progress::clear() const {
    if (is_terminal_) {
        std::cerr << "\r\x1b[K" << std::flush;
    }
}

}  // namespace skymask::apps
