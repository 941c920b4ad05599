// Finds out what a source is (file, camera, address) and opens it.
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <vector>

#include "errors.hpp"
#include "mp4_boxes.hpp"
#include "opencv_capture.hpp"

namespace skymask::apps {

namespace {

namespace fs = std::filesystem;

constexpr int timeout_ms = 5000;  // how long an address may be silent
constexpr int longest_index = 4;  // digits of a camera's index

bool is_index(const std::string& where) {
    return !where.empty() && where.size() <= longest_index &&
           std::all_of(where.begin(), where.end(), [](unsigned char letter) { return std::isdigit(letter) != 0; });
}

bool is_address(const std::string& where) {
    static const std::regex scheme("[a-zA-Z][a-zA-Z0-9+.-]+://.*");
    return std::regex_match(where, scheme);
}

std::string cameras_present() {
    std::set<std::string> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/dev", ignored)) {
        if (entry.path().filename().string().starts_with("video")) {
            found.insert(entry.path().string());
        }
    }
    std::string names;
    for (const auto& name : found) {
        names += (names.empty() ? "" : ", ") + name;
    }
    return names.empty() ? "none" : names;
}

std::unique_ptr<Capture> open_camera(int index, const CaptureOptions& options) {
#ifndef __linux__
    throw InputError("Cameras are opened by index on Linux alone. Stream the camera and give its address (rtsp://...).");
#endif
    const std::string device = "/dev/video" + std::to_string(index);
    cv::VideoCapture capture;
    std::string reason;
    if (fs::exists(device)) {
        capture.open(index, cv::CAP_V4L2);
        reason = "it does not answer as a camera";
    } else {
        reason = "No such file or directory";
    }
    if (!capture.isOpened()) {
        throw InputError("Camera " + std::to_string(index) + " (" + device + ") cannot be opened: " + reason +
                         ". Cameras present: " + cameras_present() +
                         ". Check the cable, that no other program uses it, and that you may read the device.");
    }
    capture.set(cv::CAP_PROP_BUFFERSIZE, 1);  // every picture that waits in the driver makes the view older
    SourceInfo info{"camera-" + std::to_string(index), "camera " + std::to_string(index), true, {}};
    return std::make_unique<OpenCvCapture>(std::move(capture), std::move(info), options, fs::path());
}

/// An address as messages show it: rtsp://user:***@host:554/path. A password may hold anything, also what it should not
/// (@ / ? #). It is taken to end at the last @, if possible at one that stands before any ? and #, and before a host
/// with a dot or a port.
std::string without_password(const std::string& address) {
    static const std::string host = R"((?=\[|[^/?#@:]*(?:\.|:\d)))";
    // What follows a name and a colon and is no port, up to the first of these that there is.
    static const std::regex password(R"(^([^:]+://[^/?#:\[]*:)(?!\d*(?:[/?#]|$)))" "(?:[^?#]*@" + host +
                                     "|[^?#]*@|.*@" + host + "|.*@)");
    return std::regex_replace(address, password, "$1***@");
}

std::string name_of_address(const std::string& where) {
    std::string rest = where.substr(where.find("://") + 3);
    rest = rest.substr(rest.rfind('@') + 1);
    std::string name = std::regex_replace(rest, std::regex("[^A-Za-z0-9]+"), "-");
    name.erase(0, name.find_first_not_of('-'));
    name.erase(name.find_last_not_of('-') + 1);
    return name.empty() ? "stream" : name;
}

std::unique_ptr<Capture> open_address(const std::string& address, const CaptureOptions& options) {
    static const std::set<std::string> live_schemes{"rtsp", "rtsps", "rtmp", "rtmps", "rtp", "udp", "srt", "mms"};
    std::string scheme = address.substr(0, address.find("://"));
    std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    // Nothing of a query but its names: they can be passwords, too.
    const std::string where =
        std::regex_replace(without_password(address), std::regex("([?&])([^=&]*=)?[^&]*"), "$1$2***");
    const bool streams = live_schemes.contains(scheme);
    if (streams) {  // OpenCV takes FFmpeg's options this way only; a setting of the user's own wins
        ::setenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp|fflags;nobuffer", 0);
    }
    const auto start = Clock::now();
    cv::VideoCapture capture;
    capture.open(address, cv::CAP_FFMPEG,
                 {cv::CAP_PROP_OPEN_TIMEOUT_MSEC, timeout_ms, cv::CAP_PROP_READ_TIMEOUT_MSEC, timeout_ms});
    if (!capture.isOpened()) {
        if (milliseconds(Clock::now() - start) >= timeout_ms) {
            throw InputError(where + " did not answer within " + std::to_string(timeout_ms / 1000) +
                             " s. Check the address, the port and the network.");
        }
        throw InputError(where + " cannot be opened. Check the address, the port, the user name and the network.");
    }
    // A file on a web server knows how long it is; a broadcast does not.
    const bool live = streams || capture.get(cv::CAP_PROP_FRAME_COUNT) <= 0;
    return std::make_unique<OpenCvCapture>(std::move(capture), SourceInfo{name_of_address(where), where, live, {}},
                                           options, fs::path());
}

void check_file(const fs::path& path) {
    const std::string where = path.string();
    if (!fs::exists(path)) {
        const fs::path folder = path.parent_path();
        const std::string missing =
            folder.empty() || fs::is_directory(folder) ? "" : " The folder " + folder.string() + " does not exist.";
        throw InputError("There is no file " + where + "." + missing +
                         " SOURCE can be a video, a camera's index or an address (rtsp://...).");
    }
    if (fs::is_directory(path)) {
        throw InputError(where + " is a folder. Give a video file, or for a folder of photographs use skymask-image.");
    }
    if (fs::is_regular_file(path) && fs::file_size(path) == 0) {
        throw InputError(where + " is empty (0 bytes). Copy or download it again.");
    }
    errno = 0;
    if (!std::ifstream(path)) {
        throw InputError(where + " may not be read (" + std::strerror(errno) + "). Change its permissions.");
    }
}

std::unique_ptr<Capture> open_file(const fs::path& path, const CaptureOptions& options) {
    check_file(path);
    // Of a relative path, FFmpeg takes "12:30.mp4" for a protocol.
    cv::VideoCapture capture(fs::absolute(path).string(), cv::CAP_FFMPEG);
    if (!capture.isOpened()) {
        if (look_at_mp4(path) == Mp4State::no_index) {
            throw MediaError(path.string() +
                             " is an MP4 file without its index (the 'moov' part): it is damaged or "
                             "incomplete, and no frame can be read. Copy or download it again.");
        }
        throw InputError(path.string() +
                         " is not a video that can be read. Give a video file, or for photographs use skymask-image.");
    }
    return std::make_unique<OpenCvCapture>(std::move(capture),
                                           SourceInfo{path.stem().string(), path.string(), false, {}}, options, path);
}

}  // namespace

std::unique_ptr<Capture> open_capture(const std::string& where, const CaptureOptions& options) {
    if (is_index(where)) {
        return open_camera(std::stoi(where), options);
    }
    return is_address(where) ? open_address(where, options) : open_file(where, options);
}

}  // namespace skymask::apps
