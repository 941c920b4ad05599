#include "display.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>

#include <opencv2/highgui.hpp>

#include "clock.hpp"
#include "errors.hpp"

namespace skymask::apps {

namespace {

constexpr double probe_timeout_s = 30;
const std::string instead = "Or leave --show out and write a file with -o FILE.";

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

struct Probe {
    bool answered = false;
    bool opened = false;
    std::string first_line;  ///< of what it said on stderr
};

[[noreturn]] void try_window(int message_pipe) {
    ::dup2(message_pipe, STDERR_FILENO);
    ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    try {
        cv::namedWindow("skymask");
    } catch (const std::exception& error) {
        const std::string reason = std::string(error.what()) + "\n";
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, reason.data(), reason.size());
        ::_exit(1);
    }
    ::_exit(0);
}

std::string first_line_of(int message_pipe) {
    std::array<char, 1024> buffer{};
    const auto count = ::read(message_pipe, buffer.data(), buffer.size() - 1);
    const std::string text(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    const auto start = text.find_first_not_of("\r\n ");
    return start == std::string::npos ? "" : text.substr(start, text.find('\n', start) - start);
}

Probe probe_display() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) {
        throw DisplayError("No window can be tried: the process has no file handles left.");
    }
    const pid_t child = ::fork();
    if (child == 0) {
        try_window(ends[1]);
    }
    ::close(ends[1]);
    Probe probe;
    int status = 0;
    const auto start = Clock::now();
    while (child > 0 && !probe.answered && seconds(Clock::now() - start) < probe_timeout_s) {
        probe.answered = ::waitpid(child, &status, WNOHANG) == child;
        std::this_thread::sleep_for(std::chrono::milliseconds(probe.answered ? 0 : 5));
    }
    if (child > 0 && !probe.answered) {
        ::kill(child, SIGKILL);
        ::waitpid(child, &status, 0);
    }
    probe.opened = probe.answered && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    probe.first_line = first_line_of(ends[0]);
    ::close(ends[0]);
    return probe;
}

}  // namespace

void require_display() {
    ::setenv("QT_LOGGING_RULES", "default.warning=false", 0);  // Qt misses fonts that no picture here needs
#ifdef __linux__
    if (variable("DISPLAY").empty() && variable("WAYLAND_DISPLAY").empty()) {
        throw DisplayError(
            "There is no display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set. Log in to a desktop "
            "or with 'ssh -X', set DISPLAY, or run under 'xvfb-run'. " +
            instead);
    }
    const Probe probe = probe_display();
    if (!probe.answered) {
        throw DisplayError("The display " + variable("DISPLAY") + " does not answer. Check DISPLAY. " + instead);
    }
    if (!probe.opened) {
        throw DisplayError("No window can be opened on the display '" + variable("DISPLAY") +
                           "': " + (probe.first_line.empty() ? "no reason given." : probe.first_line) +
                           " Check that DISPLAY names a running X server that lets you in, or run under 'xvfb-run'. " +
                           instead);
    }
#endif
}

}  // namespace skymask::apps
