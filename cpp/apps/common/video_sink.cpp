#include "video_sink.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iomanip>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include <skymask/error.hpp>

#include "mp4_boxes.hpp"
#include "output_file.hpp"

namespace skymask::apps {

namespace {

namespace fs = std::filesystem;

constexpr int max_side = 16384;             // what libx264 takes
constexpr long most_repetitions = 250'000;  // of one picture: nearly three hours at 25 a second
// As the Python package writes; without B-frames a file that is cut off early loses nothing.
constexpr const char* x264_options = "preset;veryfast|crf;20|bf;0";

void check(const fs::path& path, cv::Size size) {
    static const std::set<std::string> suffixes{".m4v", ".mkv", ".mov", ".mp4"};
    if (fs::is_directory(path)) {
        throw InputError(path.string() + " is a folder, and a video is one file. Give a name in it, such as " +
                         (path / "sky.mp4").string() + ".");
    }
    const std::string suffix = path.extension().string();
    if (!suffixes.contains(suffix)) {
        throw InputError(path.string() + " has " + (suffix.empty() ? "no ending" : "the ending '" + suffix + "'") +
                         "; a video is written as .m4v, .mkv, .mov, .mp4. Rename the output.");
    }
    if (std::max(size.width, size.height) > max_side) {
        throw InputError("H.264 holds pictures of at most " + std::to_string(max_side) +
                         " pixels each way; these are " + std::to_string(size.width) + "x" +
                         std::to_string(size.height) +
                         " (width x height). Scale the frames with --size, or use a view of one picture, such as "
                         "--view overlay.");
    }
}

cv::Mat made_even(const cv::Mat& picture, cv::Size even) {
    if (picture.size() == even) {
        return picture;
    }
    cv::Mat result;
    cv::copyMakeBorder(picture, result, 0, even.height - picture.rows, 0, even.width - picture.cols,
                       cv::BORDER_REPLICATE);
    return result;
}

bool open_writer(cv::VideoWriter& writer, const fs::path& path, double frame_rate, cv::Size size) {
    return writer.open(path.string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('a', 'v', 'c', '1'), frame_rate, size);
}

/// Why no video could be begun: OpenCV itself does not say.
std::string reason(const fs::path& part, double frame_rate, cv::Size size) {
    cv::VideoWriter ordinary;
    if (!open_writer(ordinary, part, 25, {64, 64})) {
        return "this OpenCV has no H.264 encoder. Install one with FFmpeg and libx264 (Debian's libopencv-dev has "
               "them).";
    }
    std::ostringstream text;
    text << "OpenCV refuses to write pictures of " << size.width << 'x' << size.height << " (width x height), "
         << frame_rate << " a second. Choose another rate with --fps or another size with --size.";
    return text.str();
}

}  // namespace

VideoSink::VideoSink(fs::path path, cv::Size size, double frame_rate)
    : path_(std::move(path)),
      even_size_(size.width + size.width % 2, size.height + size.height % 2),
      frame_rate_(frame_rate) {
    check(path_, size);
    part_ = create_part(fs::absolute(path_));  // of a relative one, FFmpeg takes "10:20.mp4" for a protocol
    // OpenCV takes the encoder's options this way only; a setting of the user's own wins.
    ::setenv("OPENCV_FFMPEG_WRITER_OPTIONS", x264_options, 0);
    if (!open_writer(writer_, part_, frame_rate, even_size_)) {
        const std::string why = reason(part_, frame_rate, even_size_);
        abandon();
        throw OutputError(path_.string() + " cannot be written: " + why);
    }
}

VideoSink::~VideoSink() {
    try {
        close();
    } catch (const Error&) {  // the error that led here is the one to report; close() was not reached
    }
}

void VideoSink::write(const cv::Mat& bgr, double time_s) {
    if (frame_count_ == 0) {
        first_s_ = time_s;
    }
    const long slot = std::lround((time_s - first_s_) * frame_rate_);
    check_gap(slot, time_s);
    while (next_slot_ < slot && !previous_.empty()) {
        if (!fills_gaps_) {
            return;
        }
        add(previous_);
    }
    last_s_ = time_s;
    previous_ = made_even(bgr, even_size_);
    if (next_slot_ <= slot) {
        add(previous_);
    }
    ++frame_count_;
}

void VideoSink::check_gap(long slot, double time_s) const {
    if (slot - next_slot_ <= most_repetitions) {
        return;
    }
    std::ostringstream text;
    text << path_.string() << " cannot be written beyond " << std::fixed << std::setprecision(2) << last_s_
         << " s: the next picture comes at " << time_s << " s, and until then the one before would be repeated "
         << slot - next_slot_ << " times. Cut the source there, or take the Python package's 'skymask video', which "
         << "keeps time stamps.";
    throw OutputError(text.str());
}

void VideoSink::add(const cv::Mat& even) {
    try {
        writer_.write(even);
    } catch (const cv::Exception& error) {
        abandon();
        throw OutputError(path_.string() + " cannot be written: " + error.err +
                          ". Free some space or choose another place.");
    }
    ++next_slot_;
}

bool VideoSink::close() {
    if (!open_) {
        return false;
    }
    if (frame_count_ == 0) {
        abandon();
        return false;
    }
    writer_.release();
    // OpenCV says nothing of writing that failed, so the file itself is asked.
    const Mp4State state = look_at_mp4(part_);
    std::error_code ignored;
    const bool whole = path_.extension() == ".mkv" ? fs::file_size(part_, ignored) > 0 : state == Mp4State::whole;
    if (!whole) {
        abandon();
        throw OutputError(path_.string() +
                          " cannot be written: the file is not whole, most likely for want of space. "
                          "Free some space or choose another place.");
    }
    open_ = false;
    move_into_place(part_, path_);
    return true;
}

void VideoSink::abandon() noexcept {
    open_ = false;
    writer_.release();
    std::error_code ignored;
    fs::remove(part_, ignored);
}

}  // namespace skymask::apps
