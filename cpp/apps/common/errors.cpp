#include "errors.hpp"

#include <cstdlib>
#include <iostream>

namespace skymask::apps {

namespace {

int fail(const std::string& program, const std::string& message, ExitCode code) {
    std::cerr << program << ": " << message << '\n';
    return code;
}

}  // namespace

int run_program(const std::string& program, const std::function<void()>& work) noexcept {
    // FFmpeg's own words would come before ours; a setting of the user's own wins.
    ::setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);
    ::setenv("OPENCV_LOG_LEVEL", "SILENT", 0);
    try {
        work();
        std::cout.flush();
        return done;
    } catch (const InputError& error) {
        return fail(program, std::string("error: ") + error.what(), wrong_input);
    } catch (const Interrupted& error) {
        return fail(program, error.what(), interrupted);
    } catch (const std::bad_alloc&) {
        return fail(program, "error: there is not enough memory. Use smaller frames (--size).", failed);
    } catch (const std::exception& error) {
        return fail(program, std::string("error: ") + error.what(), failed);
    }
}

}  // namespace skymask::apps
