// Writes H.264 video so that whatever happens the file at the final name is whole and plays.
#pragma once

#include <atomic>
#include <filesystem>

#include <opencv2/videoio.hpp>

namespace skymask::apps {

/// An H.264 file in the making.
///
/// Frames go to a hidden file in the same folder. `close` finalises it and moves it into place; so does the destructor,
/// after an error or an interruption further up: the result then has all frames written so far. Without any frame no
/// file appears. The frame rate is constant: where frames are further apart, the one before is repeated, and where
/// they are closer, one is left out, so that the length stays right. H.264 has even sides, so an odd one is made longer
/// by a pixel, repeating the last row or column. There is no sound.
class VideoSink {
public:
    /// path: .mp4, .mov, .m4v or .mkv; replaced at the end. size: of all pictures. frame_rate: per second.
    /// Throws InputError where the name will not do, OutputError where the folder or such a video cannot be written.
    VideoSink(std::filesystem::path path, cv::Size size, double frame_rate);
    ~VideoSink();
    VideoSink(const VideoSink&) = delete;
    VideoSink& operator=(const VideoSink&) = delete;

    /// Adds a picture, uint8 [H, W, 3], BGR. time_s: larger than that of the one before.
    /// Throws OutputError where it cannot be written, or would take an absurd number of repetitions to get there.
    void write(const cv::Mat& bgr, double time_s);

    /// From now on, `write` fills no gap: it returns at once, without its picture. May be called from another thread,
    /// while a gap is being filled.
    void fill_no_gaps() noexcept { fills_gaps_ = false; }

    /// Finalises the video and moves it into place; returns whether it did. Closing twice, after an error
    /// of writing, or before the first frame does nothing.
    /// Throws OutputError where the file is not whole, for want of space; none is left behind then.
    bool close();

    /// Pictures given to `write` so far.
    [[nodiscard]] long frame_count() const noexcept { return frame_count_; }

private:
    void check_gap(long slot, double time_s) const;
    void add(const cv::Mat& even);
    void abandon() noexcept;

    std::filesystem::path path_;
    std::filesystem::path part_;
    cv::VideoWriter writer_;
    cv::Size even_size_;
    cv::Mat previous_;
    double frame_rate_;
    std::atomic<bool> fills_gaps_ = true;
    double first_s_ = 0;
    double last_s_ = 0;
    long next_slot_ = 0;
    long frame_count_ = 0;
    bool open_ = true;
};

}  // namespace skymask::apps
