// The TensorRT engine as the registry sees it: which library, GPU and file, and one Slot for each frame in flight.
#include <charconv>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <skymask/error.hpp>

#include "../../engine_checks.hpp"
#include "../registry.hpp"
#include "build.hpp"
#include "slot.hpp"

namespace skymask::engines {
namespace {

using namespace trt;

/// A number from 0 up, or nothing where the text is none.
std::optional<int> parse_number(const std::string& text) {
    int number = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc{} && end == text.data() + text.size() && number >= 0;
    return is_number ? std::optional(number) : std::nullopt;
}

/// The number of the GPU that was asked for.
int device_number(const std::string& device) {
    const auto number = device == "auto" ? 0 : parse_number(device);
    if (!number) {
        throw EngineError("Unknown device '" + device + "' for tensorrt. Give the number of an NVIDIA GPU, such as '0', "
                          "or leave the device at 'auto'.");
    }
    return *number;
}

/// Refuses an engine file that this library or GPU cannot run; TensorRT's own words would not say why.
void check_fits(const EngineHeader& header, const Found& found, const Gpu& gpu, const std::string& where) {
    const std::string remedy = " Build it again on this machine, or give the ONNX file it was made from.";
    if (header.version != found.nvinfer->version()) {
        throw EngineError("The engine file " + where + " was built by " + header.family + " " + header.version +
                          "; this machine has " + found.nvinfer->version() + "." + remedy);
    }
    std::string built_for;
    for (const ComputeCapability& capability : header.capabilities) {
        if (capability == ComputeCapability{gpu.major, gpu.minor}) {
            return;
        }
        built_for += (built_for.empty() ? "" : ", ") + capability.text();
    }
    throw EngineError("The engine file " + where + " was built for GPUs of compute capability " + built_for + "; " +
                      gpu.name + " has " + ComputeCapability{gpu.major, gpu.minor}.text() + "." + remedy);
}

bool is_engine_file(const std::filesystem::path& model) { return model.extension() == ".engine"; }

class TensorRtEngine final : public Engine {
public:
    /// `gpu` is the current one.
    TensorRtEngine(Gpu gpu, const std::filesystem::path& model, const Options& options) : gpu_(std::move(gpu)) {
        EngineFile file = is_engine_file(model) ? open_file(model) : open_model(model, options);
        check_precision(options.precision, file.header.precision, model.string());
        sizes_ = file.header.sizes;
        description_ = {.engine = "tensorrt",
                        .version = (file.header.family == "tensorrt-rtx" ? "RTX " : "") + file.header.version,
                        .device = gpu_.name,
                        .precision = file.header.precision,
                        .threads = 0};
        kernels_path_ = kernels_path(found_, gpu_, file.plan, options.cache);
        const auto kernels = read_if_there(kernels_path_);
        kernels_bytes_ = kernels.size();
        plan_ = found_.nvinfer->load(file.plan, model.string(), kernels);
        for (int index = 0; index < options.frames_in_flight; ++index) {
            slots_.push_back(std::make_unique<Slot>(*plan_, gpu_.index));
        }
    }

    TensorRtEngine(const TensorRtEngine&) = delete;
    TensorRtEngine& operator=(const TensorRtEngine&) = delete;

    ~TensorRtEngine() override {
        try {
            const CurrentGpu current(gpu_.index);
            slots_.clear();  // waits for their frames
            keep_kernels();
            plan_.reset();
        } catch (const std::exception&) {  // the GPU cannot be selected any more; the rest goes all the same
        }
    }

    [[nodiscard]] int slots() const noexcept override { return static_cast<int>(slots_.size()); }

    std::uint8_t* staging(int slot, Shape shape) override {
        check_slot(slot, slots());
        check_size(shape);
        return at(slot).staging(shape);
    }

    void start(int slot, const std::uint8_t* frames, Shape shape, std::uint8_t* sky) override {
        check_start(slot, slots(), frames, shape, sky);
        check_size(shape);
        at(slot).start(frames, shape, sky);
    }

    void wait(int slot) override {
        check_slot(slot, slots());
        at(slot).wait();
    }

    [[nodiscard]] bool takes_device_memory() const noexcept override { return true; }

    void run_on_device(int slot, const void* frames, Shape shape, void* sky, void* stream) override {
        check_start(slot, slots(), frames, shape, sky);
        check_size(shape);
        at(slot).run_on_device(frames, shape, sky, static_cast<cudaStream_t>(stream));
    }

    [[nodiscard]] EngineDescription describe() const override { return description_; }

private:
    EngineFile open_file(const std::filesystem::path& path) {
        EngineFile file = read_engine_file(path);
        found_ = find_nvinfer(file.header.family);
        check_fits(file.header, found_, gpu_, path.string());
        return file;
    }

    EngineFile open_model(const std::filesystem::path& path, const Options& options) {
        found_ = find_nvinfer();
        return cached_or_built(found_, path, options.precision, gpu_, options.cache);
    }

    /// Keeps what was compiled while frames were computed, for the next start.
    void keep_kernels() const noexcept {
        try {
            const auto kernels = kernels_path_.empty() ? std::vector<std::uint8_t>{} : plan_->kernels();
            if (kernels.size() > kernels_bytes_) {
                std::filesystem::create_directories(kernels_path_.parent_path());
                write_whole(kernels_path_, kernels);
            }
        } catch (const std::exception&) {  // they will be compiled again
        }
    }

    void check_size(Shape shape) const {
        check_shape(shape);
        if (!sizes_.contain(shape)) {
            throw InputError("This engine was built for " + to_text(sizes_.smallest) + " to " +
                             to_text(sizes_.largest) + "; got " + to_text(shape) +
                             ". Build one for larger frames with 'skymask-build-engine', or make them smaller.");
        }
    }

    [[nodiscard]] Slot& at(int slot) noexcept { return *slots_[static_cast<std::size_t>(slot)]; }

    Gpu gpu_;
    Found found_;
    Sizes sizes_;
    EngineDescription description_;
    std::filesystem::path kernels_path_;  // empty where none are kept
    std::size_t kernels_bytes_ = 0;       // of those that were there at the start
    std::unique_ptr<Plan> plan_;
    std::vector<std::unique_ptr<Slot>> slots_;  // each owned: a slot's graph keeps addresses
};

/// Why TensorRT cannot be used on this machine; the GPU first, it is asked for quickly.
std::string problem() {
    std::string found = cuda_problem();
    if (found.empty()) {
        try {
            static_cast<void>(find_nvinfer());
        } catch (const Error& error) {
            found = error.what();
        }
    }
    return found;
}

}  // namespace

const Factory tensorrt{
    .name = "tensorrt",
    .problem = problem,
    .devices = "the number of an NVIDIA GPU, such as 0",
    .names_device = [](const std::string& device) { return parse_number(device).has_value(); },
    .open = [](const std::filesystem::path& model, const Options& options) -> std::unique_ptr<Engine> {
        Gpu gpu = find_gpu(device_number(options.device));
        const CurrentGpu current(gpu.index);  // here, as it must be that also while an engine half made goes
        return std::make_unique<TensorRtEngine>(std::move(gpu), model, options);
    },
    .own_suffix = ".engine",
    .read_own_info = [](const std::filesystem::path& model) { return read_engine_file(model).header.model; },
};

}  // namespace skymask::engines
