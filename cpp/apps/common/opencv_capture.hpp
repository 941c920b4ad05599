// Frames from whatever OpenCV opens: video files, cameras, rtsp and http addresses.
#pragma once

#include <filesystem>

#include <opencv2/videoio.hpp>

#include "capture.hpp"
#include "rate_limit.hpp"

namespace skymask::apps {

/// Reads an open cv::VideoCapture.
class OpenCvCapture final : public Capture {
public:
    /// Decodes the first frame, which alone tells the size for certain.
    ///
    /// info: name, where and live are filled in; the rest is found out. file: of a video file, for messages about its
    /// end; empty for cameras and addresses. Throws as open_capture does.
    OpenCvCapture(cv::VideoCapture capture, SourceInfo info, const CaptureOptions& options, std::filesystem::path file);

    [[nodiscard]] const SourceInfo& info() const noexcept override { return info_; }
    std::optional<Frame> read() override;

private:
    [[nodiscard]] std::optional<Frame> decode();
    [[nodiscard]] double next_time_s(Clock::time_point arrived);
    [[nodiscard]] double file_time_s();
    void check_end() const;
    [[nodiscard]] bool is_incomplete() const;
    void check_fragments() const;
    [[nodiscard]] std::string where_it_ended() const;

    cv::VideoCapture capture_;
    SourceInfo info_;
    RateLimit rate_limit_;
    std::optional<cv::Size> scale_to_;
    std::filesystem::path file_;
    std::optional<Frame> first_;
    std::optional<Clock::time_point> zero_;
    double declared_rate_ = 25;
    double last_s_ = -1;
    double coarse_zero_s_ = 0;
    long declared_count_ = 0;
    bool is_counted_ = false;  ///< whether that count is of frames; else it is a guess by the length, sound included
    long frames_read_ = 0;
};

}  // namespace skymask::apps
