// The OpenVINO engine: the CPU, and Intel's GPU and NPU by name. Only this file sees OpenVINO's headers.
//
// Each slot is one infer request. Frames and masks stay where the caller has them: a request is given tensors over that
// memory, so that nothing is copied on a CPU.
//
// A model for every size was measured to be slower than one for a single size. So a size that comes a second time gets
// a model of its own; pictures that are all of different sizes do not wait for that.
#include <algorithm>
#include <cctype>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

#include <skymask/error.hpp>

#include "../engine_checks.hpp"
#include "../suggest.hpp"
#include "precision_check.hpp"
#include "registry.hpp"

namespace skymask::engines {
namespace {

/// The text with `letter_case`, std::tolower or std::toupper, applied to every letter.
std::string in_case(std::string text, int (*letter_case)(int)) {
    const auto change = [&](unsigned char letter) { return static_cast<char>(letter_case(letter)); };
    std::ranges::transform(text, text.begin(), change);
    return text;
}

std::string to_lower(const std::string& text) { return in_case(text, std::tolower); }

/// The last line of OpenVINO's message; the lines before it name source files of OpenVINO.
std::string reason(const std::exception& error) {
    std::string text = error.what();
    text.erase(text.find_last_not_of(" \n\r\t") + 1);
    const auto line = text.find_last_of('\n');
    return line == std::string::npos ? text : text.substr(line + 1);
}

/// Whether a name is of OpenVINO's kind: "gpu", or with a number where there are several, as "gpu.1".
bool names_device(const std::string& device) {
    const std::string kind = to_lower(device.substr(0, device.find('.')));
    return kind == "cpu" || kind == "gpu" || kind == "npu";
}

/// OpenVINO's name of the device, such as "CPU". Throws EngineError where there is none.
std::string find_device(const ov::Core& core, const std::string& asked) {
    std::vector<std::string> known{"auto"};
    for (const std::string& device : core.get_available_devices()) {
        known.push_back(to_lower(device));
    }
    const std::string device = asked == "auto" ? "cpu" : to_lower(asked);
    // "gpu" is the first of several that OpenVINO lists as "GPU.0" and "GPU.1".
    if (std::ranges::find(known, device) == known.end() && std::ranges::find(known, device + ".0") == known.end()) {
        throw EngineError("OpenVINO finds no device '" + asked + "' here. " + suggest(asked, known));
    }
    return in_case(device, std::toupper);
}

/// Creates the folder; OpenVINO would only complain about it once it has compiled the model.
void make_cache_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        throw OutputError("The cache folder " + folder.string() + " cannot be made: " + error.message() + ".");
    }
}

/// The precision to ask for; nothing where the device is left to choose.
std::optional<ov::element::Type> element_for(Precision precision, const std::string& device) {
    if (precision == Precision::fp16 || precision == Precision::bf16) {
        return precision == Precision::fp16 ? ov::element::f16 : ov::element::bf16;
    }
    // The export was verified in fp32; NPUs have none. int8 comes with the model and is refused as a thing to ask for.
    return precision == Precision::fp32 || !device.starts_with("NPU") ? std::optional(ov::element::f32) : std::nullopt;
}

ov::AnyMap properties_for(const std::string& device, const Options& options) {
    ov::AnyMap properties{ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY),
                          ov::hint::num_requests(static_cast<std::uint32_t>(options.frames_in_flight))};
    if (device == "CPU" && options.threads > 0) {
        properties.insert(ov::inference_num_threads(options.threads));
    }
    if (device == "CPU" && options.divide_threads) {
        properties.insert(ov::num_streams(ov::streams::Num(options.frames_in_flight)));
    }
    if (const auto element = element_for(options.precision, device)) {
        properties.insert(ov::hint::inference_precision(*element));
    }
    if (!options.cache.empty()) {
        make_cache_folder(options.cache);
        properties.insert(ov::cache_dir(options.cache.string()));
    }
    return properties;
}

/// Of what is not quantised.
Precision precision_of(const ov::CompiledModel& model) {
    const ov::element::Type type = model.get_property(ov::hint::inference_precision);
    return type == ov::element::f16 ? Precision::fp16 : type == ov::element::bf16 ? Precision::bf16 : Precision::fp32;
}

/// OpenVINO reads ONNX's QuantizeLinear as this operator.
bool is_quantised(const ov::Model& model) {
    return std::ranges::any_of(model.get_ops(), [](const std::shared_ptr<ov::Node>& node) {
        return std::string_view(node->get_type_name()) == "FakeQuantize";
    });
}

/// A compiled model with a request for each slot.
struct Compiled {
    Compiled(ov::CompiledModel compiled, int slots) : model(std::move(compiled)) {
        for (int i = 0; i < slots; ++i) {
            requests.push_back(model.create_infer_request());
        }
    }

    ov::CompiledModel model;
    std::vector<ov::InferRequest> requests;
};

/// The model for every size, and those for sizes that came again. Slots of several threads may ask at once.
class CompiledModels {
public:
    CompiledModels(const std::filesystem::path& model, std::string device, ov::AnyMap properties, int slots)
        : model_(core_.read_model(model.string())),
          device_(std::move(device)),
          properties_(std::move(properties)),
          slots_(slots),
          any_size_(compile(model_)) {}

    [[nodiscard]] const ov::Model& read() const { return *model_; }
    [[nodiscard]] const ov::CompiledModel& any_size() const { return any_size_->model; }

    [[nodiscard]] std::shared_ptr<Compiled> find(Shape shape) {
        const std::lock_guard lock(mutex_);
        auto entry = std::ranges::find(seen_, shape, &Seen::shape);
        if (entry == seen_.end()) {
            seen_.push_front({shape, nullptr});
            seen_.resize(std::min(seen_.size(), most_seen));
            return any_size_;
        }
        seen_.splice(seen_.begin(), seen_, entry);
        if (!entry->compiled) {
            const std::shared_ptr<ov::Model> fixed = model_->clone();
            fixed->reshape(ov::PartialShape{shape.count, shape.height, shape.width, 3});
            entry->compiled = compile(fixed);
        }
        return entry->compiled;
    }

private:
    struct Seen {
        Shape shape;
        std::shared_ptr<Compiled> compiled;  // null after the first time
    };
    static constexpr std::size_t most_seen = 4;  // each keeps the model's weights and layers in memory

    [[nodiscard]] std::shared_ptr<Compiled> compile(const std::shared_ptr<ov::Model>& model) {
        return std::make_shared<Compiled>(core_.compile_model(model, device_, properties_), slots_);
    }

    ov::Core core_;
    std::shared_ptr<ov::Model> model_;
    std::string device_;
    ov::AnyMap properties_;
    int slots_;
    std::shared_ptr<Compiled> any_size_;
    std::mutex mutex_;
    std::list<Seen> seen_;  // the one used last in front
};

class OpenVinoEngine final : public Engine {
public:
    OpenVinoEngine(const std::filesystem::path& model, const Options& options)
        : device_(find_device(ov::Core(), options.device)), slots_(static_cast<std::size_t>(options.frames_in_flight)) {
        try {
            models_ = std::make_unique<CompiledModels>(model, device_, properties_for(device_, options), slots());
            precision_ = precision_of(models_->any_size());
            is_quantised_ = is_quantised(models_->read());
            threads_ = device_ == "CPU" ? models_->any_size().get_property(ov::inference_num_threads) : 0;
        } catch (const ov::Exception& error) {
            throw EngineError("OpenVINO refuses " + model.string() + ": " + reason(error));
        }
        const Precision asked = options.precision;
        if (asked != Precision::automatic && precision_ != asked) {
            throw EngineError("OpenVINO's device '" + to_lower(device_) + "' computes in " + name_of(precision_) +
                              " where " + name_of(asked) + " was asked for. Leave the precision at 'auto'.");
        }
    }

    OpenVinoEngine(const OpenVinoEngine&) = delete;
    OpenVinoEngine& operator=(const OpenVinoEngine&) = delete;

    ~OpenVinoEngine() override {
        for (Slot& slot : slots_) {
            try {
                finish(slot);
            } catch (const std::exception&) {  // nobody waits for this result any more
            }
        }
    }

    [[nodiscard]] int slots() const noexcept override { return static_cast<int>(slots_.size()); }

    std::uint8_t* staging(int index, Shape shape) override {
        check_slot(index, slots());
        check_shape(shape);
        Slot& slot = slots_[static_cast<std::size_t>(index)];
        if (slot.staging_bytes < shape.frame_bytes()) {
            slot.staging = std::make_unique_for_overwrite<std::uint8_t[]>(shape.frame_bytes());
            slot.staging_bytes = shape.frame_bytes();
        }
        return slot.staging.get();
    }

    void start(int index, const std::uint8_t* frames, Shape shape, std::uint8_t* sky) override {
        check_start(index, slots(), frames, shape, sky);
        Slot& slot = slots_[static_cast<std::size_t>(index)];
        if (slot.is_running) {
            throw InputError("Slot " + std::to_string(index) +
                             " is still computing; wait for it before it is started.");
        }
        const auto count = static_cast<std::size_t>(shape.count);
        const auto height = static_cast<std::size_t>(shape.height);
        const auto width = static_cast<std::size_t>(shape.width);
        slot.shape = shape;
        try {
            // OpenVINO has no tensor over constant memory; it only reads its inputs.
            slot.model = models_->find(shape);
            slot.request = slot.model->requests[static_cast<std::size_t>(index)];
            slot.request.set_input_tensor(
                ov::Tensor(ov::element::u8, {count, height, width, 3}, const_cast<std::uint8_t*>(frames)));
            slot.request.set_output_tensor(ov::Tensor(ov::element::u8, {count, height, width}, sky));
            slot.request.start_async();
        } catch (const ov::Exception& error) {
            throw Error("OpenVINO failed on " + to_text(shape) + ": " + reason(error));
        }
        slot.is_running = true;
    }

    void wait(int index) override {
        check_slot(index, slots());
        finish(slots_[static_cast<std::size_t>(index)]);
    }

    /// Of floating-point numbers, also in a quantised model.
    [[nodiscard]] Precision float_precision() const noexcept { return precision_; }

    [[nodiscard]] EngineDescription describe() const override {
        return {.engine = "openvino",
                .version = version(),
                .device = to_lower(device_),
                .precision = is_quantised_ ? Precision::int8 : precision_,
                .threads = threads_};
    }

private:
    struct Slot {
        std::shared_ptr<Compiled> model;  // whose request it is: kept while it computes
        ov::InferRequest request;
        std::unique_ptr<std::uint8_t[]> staging;
        std::size_t staging_bytes = 0;
        Shape shape;
        bool is_running = false;
    };

    static void finish(Slot& slot) {
        if (!std::exchange(slot.is_running, false)) {
            return;
        }
        try {
            slot.request.wait();
        } catch (const std::exception& error) {
            throw Error("OpenVINO failed on " + to_text(slot.shape) + ": " + reason(error));
        }
    }

    /// OpenVINO's version without its build number.
    static std::string version() {
        const std::string text = ov::get_openvino_version().buildNumber;
        return text.substr(0, text.find('-'));
    }

    std::string device_;
    std::vector<Slot> slots_;
    std::unique_ptr<CompiledModels> models_;
    Precision precision_ = Precision::fp32;
    bool is_quantised_ = false;
    int threads_ = 0;
};

}  // namespace

const Factory openvino{
    .name = "openvino",
    .problem = [] { return std::string(); },
    .devices = "cpu, gpu, npu",
    .names_device = names_device,
    .open = [](const std::filesystem::path& model, const Options& options) -> std::unique_ptr<Engine> {
        auto engine = std::make_unique<OpenVinoEngine>(model, options);
        const Precision precision = engine->float_precision();
        if (precision != Precision::fp32) {
            OpenVinoEngine reference(model, {.engine = "openvino", .device = "cpu", .precision = Precision::fp32});
            check_precision(*engine, precision, reference);
        }
        return engine;
    },
    .own_suffix = nullptr,
    .read_own_info = nullptr,
};

}  // namespace skymask::engines
