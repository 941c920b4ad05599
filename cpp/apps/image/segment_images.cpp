#include "segment_images.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <opencv2/imgcodecs.hpp>

#include "channel.hpp"
#include "errors.hpp"
#include "interrupt.hpp"
#include "output_file.hpp"
#include "progress.hpp"
#include "stage.hpp"

namespace skymask::apps {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t ahead = 1;  // photographs that wait before a stage; one of 24 megapixels is 72 MB

enum class Status { in_work, written, skipped, failed };

/// A photograph on its way through the stages.
struct Item {
    ImageJob job;
    Status status = Status::in_work;
    std::string error{};   ///< why it failed; names the photograph
    cv::Mat photograph{};  ///< empty once it is not needed any more
    Mask alpha{};
};

void write_png(const cv::Mat& picture, const fs::path& path) {
    std::error_code error;
    if (path.has_parent_path()) {
        fs::create_directories(path.parent_path(), error);  // create_part says so if that failed
    }
    const fs::path part = create_part(path);
    bool written = false;
    try {
        written = cv::imwrite(part.string(), picture);
    } catch (const cv::Exception&) {  // said below
    }
    if (!written) {
        fs::remove(part, error);
        throw OutputError(path.string() +
                          " cannot be written: the disk is full or the folder has gone. Free some "
                          "space or choose another place.");
    }
    move_into_place(part, path);
}

Item decode(const ImageJob& job, View view, bool overwrite) {
    Item item{job};
    std::error_code unknown;
    try {
        if (!overwrite && fs::exists(job.result, unknown)) {
            check_fits(job, view);
            item.status = Status::skipped;
        } else {
            item.photograph = read_photograph(job.photograph);
        }
    } catch (const MediaError& error) {
        item.status = Status::failed;
        item.error = error.what();
    }
    return item;
}

void infer(Item& item, Segmenter& sky, View view) {
    const cv::Mat& bgr = item.photograph;
    try {
        item.alpha = sky(ImageView{bgr.data, bgr.cols, bgr.rows, bgr.step, Format::bgr});
    } catch (const InputError& error) {  // the photograph is too small
        item.status = Status::failed;
        item.error = item.job.photograph.string() + ": " + error.what();
    }
    if (view == View::mask) {
        item.photograph.release();
    }
}

void write(Item& item, View view) {
    Mask& alpha = item.alpha;
    const cv::Mat grey(alpha.height(), alpha.width(), CV_8UC1, alpha.pixels().data());
    write_png(view == View::mask ? grey : compose(item.photograph, alpha, view), item.job.result);
    item.status = Status::written;
    item.photograph.release();
    item.alpha = {};
}

/// Infers on one thread and writes on another, while the caller decodes. Everything comes out again, in order.
class Stages {
public:
    Stages(Segmenter& sky, View view, std::size_t count)
        : done_(count),
          infer_([this, &sky, view] { run(decoded_, segmented_, [&](Item& item) { infer(item, sky, view); }); }),
          write_([this, view] { run(segmented_, done_, [&](Item& item) { write(item, view); }); }) {}

    ~Stages() {
        decoded_.cancel();
        segmented_.cancel();
        done_.cancel();
        infer_.join();
        write_.join();
    }

    Stages(const Stages&) = delete;
    Stages& operator=(const Stages&) = delete;

    /// Where decoded photographs go, and those that need nothing more.
    Channel<Item>& inbox() { return decoded_; }

    /// Where all of them come out; never full.
    Channel<Item>& outbox() { return done_; }

private:
    template <class Work>
    static void run(Channel<Item>& inbox, Channel<Item>& outbox, const Work& work) {
        run_stage(inbox, outbox, [&](Item& item) {
            if (item.status == Status::in_work) {
                work(item);
            }
        });
    }

    Channel<Item> decoded_{ahead};
    Channel<Item> segmented_{ahead};
    Channel<Item> done_;
    std::thread infer_;
    std::thread write_;
};

void count(const Item& item, Counts& counts, Progress& progress) {
    if (item.status == Status::failed) {
        progress.tell(item.error);
        ++counts.failed;
    } else if (item.status == Status::skipped) {
        ++counts.skipped;
    } else {
        ++counts.written;
    }
    progress.show(static_cast<long>(counts.written + counts.skipped + counts.failed));
}

}  // namespace

Counts segment_images(Segmenter& sky, const std::vector<ImageJob>& jobs, View view, bool overwrite) {
    Counts counts;
    Progress progress(view == View::mask ? "masks" : "pictures", static_cast<long>(jobs.size()), "photographs");
    Stages stages(sky, view, jobs.size());
    for (const ImageJob& job : jobs) {
        if (is_interrupted()) {
            throw Interrupted();
        }
        if (!stages.inbox().put(decode(job, view, overwrite))) {  // a stage has failed; why comes out at the end
            break;
        }
        while (const auto item = stages.outbox().try_get()) {
            count(*item, counts, progress);
        }
    }
    stages.inbox().finish();
    while (const auto item = stages.outbox().get()) {
        count(*item, counts, progress);
    }
    return counts;
}

}  // namespace skymask::apps
