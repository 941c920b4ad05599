#include "errors.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>

namespace skymask::apps {

namespace {

/// Gives stdin, stdout and stderr somewhere to go where they are closed: the next files that are opened would get their
/// numbers, and what is printed would end up in a result.
void open_standard_streams() noexcept {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) < 0) {
            ::open("/dev/null", O_RDWR);  // takes the lowest number that is free, which is this one
        }
    }
}

int fail(const std::string& program, const std::string& message, ExitCode code) {
    std::cerr << program << ": " << message << '\n';
    return code;
}

}  // namespace

int run_program(const std::string& program, const std::string& when_memory_ends,
                const std::function<void()>& work) noexcept {
    open_standard_streams();
    // FFmpeg's and OpenCV's own words would come before ours; a setting of the user's own wins. OpenCV has read its own
    // before main, and FFmpeg's is read when a video is opened.
    ::setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);
    if (std::getenv("OPENCV_LOG_LEVEL") == nullptr) {
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    }
    const std::string no_memory = "error: there is not enough memory. " + when_memory_ends;
    try {
        work();
        std::cout.flush();
        return done;
    } catch (const InputError& error) {
        return fail(program, std::string("error: ") + error.what(), wrong_input);
    } catch (const Interrupted& error) {
        return fail(program, error.what(), interrupted);
    } catch (const std::bad_alloc&) {
        return fail(program, no_memory, failed);
    } catch (const cv::Exception& error) {
        return fail(program, error.code == cv::Error::StsNoMem ? no_memory : std::string("error: ") + error.what(),
                    failed);
    } catch (const std::exception& error) {
        return fail(program, std::string("error: ") + error.what(), failed);
    }
}

}  // namespace skymask::apps
