#include "quiet_stderr.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

namespace skymask::apps {

QuietStderr::QuietStderr() {
    const int nowhere = std::getenv("OPENCV_LOG_LEVEL") == nullptr ? ::open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
    if (nowhere < 0) {
        return;
    }
    kept_ = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    if (kept_ >= 0) {
        ::dup2(nowhere, STDERR_FILENO);
    }
    ::close(nowhere);
}

QuietStderr::~QuietStderr() {
    if (kept_ >= 0) {
        ::dup2(kept_, STDERR_FILENO);
        ::close(kept_);
    }
}

}  // namespace skymask::apps
