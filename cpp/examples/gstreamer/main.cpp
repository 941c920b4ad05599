// A GStreamer pipeline whose frames are segmented on the way: appsink -> skymask.
//
//     skymask-gstreamer fast.onnx "v4l2src ! videoconvert"
//     skymask-gstreamer fast.onnx "rtspsrc location=rtsp://camera.local/stream latency=0 ! decodebin ! videoconvert"
//     skymask-gstreamer fast.onnx "videotestsrc num-buffers=60 ! videoconvert"
//
// Frames are taken as NV12, which decoders give without a conversion, and read where they lie. The sink keeps the
// newest frame only, so that a slow model does not make the picture older. Prints the share of sky of every 30th frame.
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <skymask/segmenter.hpp>

namespace {

constexpr GstClockTime patience = 5 * GST_SECOND;
constexpr const char* sink = " ! video/x-raw,format=NV12 ! appsink name=frames max-buffers=1 drop=true sync=false";

struct Release {
    void operator()(GstElement* pipeline) const {
        gst_element_set_state(pipeline, GST_STATE_NULL);
        gst_object_unref(pipeline);
    }
    void operator()(GstAppSink* frames) const { gst_object_unref(frames); }
    void operator()(GstSample* sample) const { gst_sample_unref(sample); }
};

template <class Object>
using Owned = std::unique_ptr<Object, Release>;

/// A frame's memory, mapped for reading.
class MappedFrame {
public:
    explicit MappedFrame(GstSample* sample) {
        GstVideoInfo info;
        if (gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) == FALSE ||
            gst_video_frame_map(&frame_, &info, gst_sample_get_buffer(sample), GST_MAP_READ) == FALSE) {
            throw skymask::Error("A frame of the pipeline cannot be read.");
        }
    }
    ~MappedFrame() { gst_video_frame_unmap(&frame_); }
    MappedFrame(const MappedFrame&) = delete;
    MappedFrame& operator=(const MappedFrame&) = delete;

    [[nodiscard]] skymask::ImageView view() const {
        return {.data = plane(0),
                .width = GST_VIDEO_FRAME_WIDTH(&frame_),
                .height = GST_VIDEO_FRAME_HEIGHT(&frame_),
                .stride = stride(0),
                .format = skymask::Format::nv12,
                .chroma = plane(1),
                .chroma_stride = stride(1)};
    }

private:
    [[nodiscard]] const std::uint8_t* plane(guint index) const {
        return static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame_, index));
    }
    [[nodiscard]] std::size_t stride(guint index) const {
        return static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&frame_, index));
    }

    GstVideoFrame frame_{};
};

double share_of_sky(const skymask::Mask& alpha) {
    std::int64_t sky = 0;
    for (const int level : alpha.pixels()) {
        sky += level > skymask::threshold;
    }
    return static_cast<double>(sky) / static_cast<double>(alpha.pixels().size());
}

Owned<GstElement> start(const std::string& source) {
    GError* problem = nullptr;
    Owned<GstElement> pipeline(gst_parse_launch((source + sink).c_str(), &problem));
    if (problem != nullptr) {
        const std::string reason = problem->message;
        g_error_free(problem);
        throw skymask::InputError("The pipeline cannot be made: " + reason + ".");
    }
    if (gst_element_set_state(pipeline.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
        throw skymask::InputError("The pipeline does not start. Try it with gst-launch-1.0 -v.");
    }
    return pipeline;
}

/// What an element has reported, if any has.
std::string problem_of(GstElement* pipeline) {
    GstBus* bus = gst_element_get_bus(pipeline);
    GstMessage* message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
    gst_object_unref(bus);
    if (message == nullptr) {
        return "no frame came for 5 seconds.";
    }
    GError* problem = nullptr;
    gst_message_parse_error(message, &problem, nullptr);
    gst_message_unref(message);
    const std::string reason = problem->message;
    g_error_free(problem);
    return reason;
}

void run(const std::string& model, const std::string& source) {
    auto sky = skymask::Segmenter::load(model);
    const Owned<GstElement> pipeline = start(source);
    const Owned<GstAppSink> frames(GST_APP_SINK(gst_bin_get_by_name(GST_BIN(pipeline.get()), "frames")));
    long number = 0;
    while (const Owned<GstSample> sample{gst_app_sink_try_pull_sample(frames.get(), patience)}) {
        const MappedFrame frame(sample.get());
        const skymask::Mask alpha = sky(frame.view());
        if (number++ % 30 == 0) {
            std::cout << "frame " << number - 1 << ": " << 100 * share_of_sky(alpha) << " % sky\n";
        }
    }
    if (gst_app_sink_is_eos(frames.get()) == FALSE || number == 0) {
        throw skymask::Error("The pipeline broke off after " + std::to_string(number) +
                             " frames: " + problem_of(pipeline.get()) + " Try it with gst-launch-1.0 -v.");
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: skymask-gstreamer MODEL \"SOURCE ! ...\"\n";
        return 2;
    }
    gst_init(nullptr, nullptr);
    try {
        run(argv[1], argv[2]);
    } catch (const std::exception& error) {
        std::cerr << "skymask-gstreamer: error: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
