// Keeps what decoders say on stderr from coming before our own message.
#pragma once

namespace skymask::apps {

/// While it lives, nothing that this process writes to stderr is seen: OpenCV and the libraries that decode for it
/// write there themselves. A user who sets OPENCV_LOG_LEVEL sees it all. To be used while no other thread has anything
/// to say. Where stderr is closed, nothing is held back.
class QuietStderr {
public:
    QuietStderr();
    ~QuietStderr();
    QuietStderr(const QuietStderr&) = delete;
    QuietStderr& operator=(const QuietStderr&) = delete;

private:
    int kept_ = -1;  ///< where stderr goes otherwise; -1 where nothing is held back
};

}  // namespace skymask::apps
