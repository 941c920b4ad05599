#include "quiet_stderr.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

namespace skymask::apps {

QuietStderr::QuietStderr() {
    if (std::getenv("OPENCV_LOG_LEVEL") != nullptr || ::fcntl(STDERR_FILENO, F_GETFD) < 0) {
        return;
    }
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
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
