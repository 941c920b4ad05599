#include "opencv_capture.hpp"

#include <algorithm>
#include <climits>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <utility>

#include <opencv2/imgproc.hpp>
#include <skymask/segmenter.hpp>

#include "errors.hpp"
#include "mp4_boxes.hpp"

namespace skymask::apps {

namespace {

constexpr double fallback_rate = 25;   // for streams that declare none
constexpr double highest_rate = 1000;  // some streams declare the ticks of their clock instead of a frame rate
constexpr double no_time_s = -1e9;     // times below are none
constexpr double coarse_step_s = 2;    // what times counted from there cannot tell apart
constexpr long count_slack = 3;        // frames that may be missing from the end of a whole file

cv::Mat scaled(const cv::Mat& image, cv::Size size) {
    cv::Mat result;
    const bool shrinks = pixels(size) < pixels(image.size());
    cv::resize(image, result, size, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    return result;
}

void check_size(cv::Size size, const std::string& where) {
    if (std::min(size.width, size.height) < min_side) {
        std::ostringstream message;
        message << where << " gives frames of " << size.width << 'x' << size.height
                << " (width x height), and a model needs at least " << min_side
                << " pixels each way. Enlarge them with --size, for example --size 320x240.";
        throw InputError(message.str());
    }
    if ((std::int64_t{8} * size.width + 1024) * (size.height + 128) >= INT_MAX) {  // as FFmpeg reckons
        std::ostringstream message;
        message << where << " gives frames of " << size.width << 'x' << size.height
                << " (width x height), and a video holds pictures of at most about 16000x16000. Make them smaller with "
                   "--size, for example --size 1920x1080.";
        throw InputError(message.str());
    }
}

}  // namespace

OpenCvCapture::OpenCvCapture(cv::VideoCapture capture, SourceInfo info, const CaptureOptions& options,
                             std::filesystem::path file)
    : capture_(std::move(capture)),
      info_(std::move(info)),
      rate_limit_(options.fps),
      scale_to_(options.size),
      file_(std::move(file)) {
    const double rate = capture_.get(cv::CAP_PROP_FPS);
    declared_rate_ = rate > 0 && rate < highest_rate ? rate : fallback_rate;
    declared_count_ = std::max(0L, std::lround(capture_.get(cv::CAP_PROP_FRAME_COUNT)));
    is_counted_ = declared_count_ > 0 && !is_fragmented(file_);
    if (const auto shown = shown_frames(file_)) {  // OpenCV counts frames that an edit list hides as well
        declared_count_ = std::min(declared_count_, static_cast<long>(*shown));
    }
    if (scale_to_) {
        check_size(*scale_to_, "--size");
    }
    first_ = decode();
    if (!first_) {
        check_end();
        throw MediaError(info_.where + (info_.live ? " opened, but not one frame came. Check the camera or the network."
                                                   : " has a video stream but not one frame in it."));
    }
    info_.size = first_->bgr.size();
    check_size(info_.size, info_.where);
    info_.frame_rate = rate_limit_.of(declared_rate_);
    info_.frame_count =
        info_.live ? 0 : std::lround(static_cast<double>(declared_count_) * info_.frame_rate / declared_rate_);
}

std::optional<Frame> OpenCvCapture::read() {
    while (true) {
        std::optional<Frame> frame = first_ ? std::exchange(first_, std::nullopt) : decode();
        if (!frame) {
            check_end();
            return std::nullopt;
        }
        if (rate_limit_.keeps(frame->time_s)) {
            return frame;
        }
    }
}

std::optional<Frame> OpenCvCapture::decode() {
    cv::Mat image;
    try {
        if (!capture_.read(image) || image.empty()) {
            return std::nullopt;
        }
    } catch (const cv::Exception& error) {
        throw MediaError(info_.where + " cannot be decoded " + where_it_ended() + ": " + error.err + ".");
    }
    Frame frame;
    frame.arrived = Clock::now();
    frame.time_s = next_time_s(frame.arrived);
    if (scale_to_ && image.size() != *scale_to_) {
        image = scaled(image, *scale_to_);
    } else if (!info_.size.empty() && image.size() != info_.size) {  // a stream that changes its size on the way
        image = scaled(image, info_.size);
    }
    frame.bgr = std::move(image);
    ++frames_read_;
    return frame;
}

double OpenCvCapture::next_time_s(Clock::time_point arrived) {
    if (!zero_) {
        zero_ = arrived;
    }
    // Clocks of cameras and streams start anywhere and may jump: there, the time of arrival counts.
    double time_s = info_.live ? seconds(arrived - *zero_) : file_time_s();
    if (frames_read_ > 0 && !(time_s > last_s_)) {
        time_s = last_s_ + 1 / declared_rate_;
    }
    last_s_ = time_s;
    return time_s;
}

/// The time of a file's frame. Of a Matroska file with a gap near its begin, OpenCV counts from -2^63 ticks, where
/// numbers are a second apart: there, only a gap is told, and the declared frame rate says the rest.
double OpenCvCapture::file_time_s() {
    const double time_s = capture_.get(cv::CAP_PROP_POS_MSEC) / 1000;
    if (time_s > no_time_s) {
        return time_s;
    }
    if (frames_read_ == 0) {
        coarse_zero_s_ = time_s;
        return 0;
    }
    const double coarse_s = time_s - coarse_zero_s_;
    return coarse_s > last_s_ + coarse_step_s ? coarse_s : last_s_;
}

/// OpenCV says the same of a file's end and of its damage; its boxes and its index tell them apart.
void OpenCvCapture::check_end() const {
    if (info_.live) {
        throw MediaError(info_.where + " stopped sending " + where_it_ended() + ". Check the camera or the network.");
    }
    if (is_incomplete()) {
        const std::string used = frames_read_ > 0 ? " The frames before that were used." : "";
        throw MediaError(info_.where + " breaks off " + where_it_ended() + ": the file is damaged or incomplete." +
                         used + " Copy or download it again for the rest.");
    }
    check_fragments();
}

/// Whether an MP4 file should have given more frames than it did; of others it is not known.
bool OpenCvCapture::is_incomplete() const {
    const Mp4State state = file_.empty() ? Mp4State::not_mp4 : look_at_mp4(file_);
    if (state != Mp4State::whole && state != Mp4State::cut_short) {
        return false;
    }
    if (!is_counted_) {
        return state == Mp4State::cut_short;
    }
    return frames_read_ < declared_count_ - (state == Mp4State::whole ? count_slack : 0);
}

/// OpenCV reads no further than the index of a file that has frames in there and more in fragments behind it.
void OpenCvCapture::check_fragments() const {
    if (!is_fragmented(file_)) {
        return;
    }
    const Mp4Frames frames = count_frames(file_);
    const auto read = static_cast<std::uint64_t>(frames_read_);
    if (frames.indexed > 0 && read <= frames.indexed + 1 && read < frames.indexed + frames.in_fragments) {
        throw MediaError(info_.where + " keeps " + std::to_string(frames.in_fragments) + " of its " +
                         std::to_string(frames.indexed + frames.in_fragments) +
                         " frames in fragments behind its index, and OpenCV stops at them: " + std::to_string(read) +
                         " frames were used. Write it anew first ('ffmpeg -i IN -c copy OUT.mp4'), or take the Python "
                         "package's 'skymask video'.");
    }
}

std::string OpenCvCapture::where_it_ended() const {
    if (frames_read_ == 0) {
        return "before its first frame";
    }
    std::ostringstream text;
    text << "after frame " << frames_read_ << std::fixed << std::setprecision(2) << " (" << last_s_ << " s";
    if (!info_.live && declared_count_ > 0) {
        text << " of " << static_cast<double>(declared_count_) / declared_rate_ << " s";
    }
    return text.str() + ")";
}

}  // namespace skymask::apps
