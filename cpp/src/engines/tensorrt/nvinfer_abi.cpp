// TensorRT through one set of its headers; compiled once for each, see nvinfer.hpp and nvinfer_abi.hpp.
#include "nvinfer.hpp"

#include <algorithm>
#include <utility>

#include <skymask/error.hpp>

#include "messages.hpp"
#include "nvinfer_abi.hpp"

namespace skymask::engines::trt::SKYMASK_ABI {
namespace {

constexpr const char* input_name = "frame";
constexpr const char* output_name = "sky";

class Logger final : public nvinfer1::ILogger {
public:
    explicit Logger(Messages& messages) : messages_(messages) {}

    void log(Severity severity, const char* text) noexcept override {
        if (severity <= Severity::kERROR) {
            try {
                messages_.add(text);
            } catch (...) {  // no memory for the reason: the exception goes without one
            }
        }
    }

private:
    Messages& messages_;
};

nvinfer1::Dims4 dims(Shape shape) { return {shape.count, shape.height, shape.width, 3}; }

std::string text(Shape shape) {
    return "[" + std::to_string(shape.count) + ", " + std::to_string(shape.height) + ", " +
           std::to_string(shape.width) + ", 3]";
}

/// What plans and contexts need as long as they live: the runtime must go after them.
struct Runtime {
    Messages messages;
    Logger logger{messages};
    std::unique_ptr<nvinfer1::IRuntime> runtime;
    std::unique_ptr<nvinfer1::ICudaEngine> engine;
    std::unique_ptr<ContextMaker> contexts;
};

class AbiContext final : public Context {
public:
    AbiContext(std::shared_ptr<Runtime> runtime, nvinfer1::IExecutionContext* context)
        : runtime_(std::move(runtime)), context_(context) {}

    std::size_t set_shape(Shape shape) override {
        shape_ = shape;
        if (!context_->setInputShape(input_name, dims(shape))) {
            fail();
        }
        return context_->updateDeviceMemorySizeForShapes();
    }

    void set_scratch(void* memory, std::size_t bytes) override {
        context_->setDeviceMemoryV2(memory, static_cast<std::int64_t>(bytes));
    }

    void enqueue(const void* frames, void* sky, CUstream_st* stream) override {
        // TensorRT's signature takes inputs as non-const too; it reads them only.
        if (!context_->setTensorAddress(input_name, const_cast<void*>(frames)) ||
            !context_->setTensorAddress(output_name, sky) || !context_->enqueueV3(stream)) {
            fail();
        }
    }

private:
    [[noreturn]] void fail() {
        throw Error("TensorRT failed on frames of the shape " + text(shape_) + ": " + runtime_->messages.take() + ".");
    }

    std::shared_ptr<Runtime> runtime_;
    std::unique_ptr<nvinfer1::IExecutionContext> context_;
    Shape shape_;
};

class AbiPlan final : public Plan {
public:
    explicit AbiPlan(std::shared_ptr<Runtime> runtime) : runtime_(std::move(runtime)) {}

    std::unique_ptr<Context> new_context() override {
        auto* context = runtime_->contexts->make();
        if (context == nullptr) {
            throw EngineError("TensorRT cannot make a context: " + runtime_->messages.take() + ".");
        }
        return std::make_unique<AbiContext>(runtime_, context);
    }

    std::vector<std::uint8_t> kernels() const override { return runtime_->contexts->kernels(); }

private:
    std::shared_ptr<Runtime> runtime_;
};

bool set_sizes(nvinfer1::IBuilderConfig& config, nvinfer1::IOptimizationProfile& profile, const Sizes& sizes) {
    using Selector = nvinfer1::OptProfileSelector;
    return profile.setDimensions(input_name, Selector::kMIN, dims(sizes.smallest)) &&
           profile.setDimensions(input_name, Selector::kOPT, dims(sizes.usual)) &&
           profile.setDimensions(input_name, Selector::kMAX, dims(sizes.largest)) &&
           config.addOptimizationProfile(&profile) >= 0;
}

/// Convolutions carry the work, so their type names the graph; quantised ones stand between Quantize and Dequantize.
Precision precision_of(const nvinfer1::INetworkDefinition& network) {
    Precision precision = Precision::fp32;
    for (int index = 0; index < network.getNbLayers(); ++index) {
        const nvinfer1::ILayer& layer = *network.getLayer(index);
        if (layer.getType() == nvinfer1::LayerType::kQUANTIZE) {
            return Precision::int8;
        }
        if (layer.getType() == nvinfer1::LayerType::kCONVOLUTION) {
            const auto type = layer.getOutputType(0);
            precision = type == nvinfer1::DataType::kHALF   ? Precision::fp16
                        : type == nvinfer1::DataType::kBF16 ? Precision::bf16
                                                            : precision;
        }
    }
    return precision;
}

class AbiNvinfer final : public Nvinfer {
public:
    AbiNvinfer(SharedLibrary library, SharedLibrary parser, int version)
        : library_(std::move(library)), parser_(std::move(parser)), version_(version) {}

    std::string version() const override {
        return std::to_string(version_ / 10000) + "." + std::to_string(version_ / 100 % 100) + "." +
               std::to_string(version_ % 100);
    }

    BuiltPlan build(const BuildRequest& request) override;
    std::unique_ptr<Plan> load(std::span<const std::uint8_t> plan, const std::string& where,
                               const std::vector<std::uint8_t>& kernels) override;

private:
    /// A factory of the library; it is told the library's own version, as the virtual tables are known to fit.
    template <typename Made>
    std::unique_ptr<Made> make(const char* symbol, Logger& logger) const {
        const auto factory = library_.function<void* (*)(void*, std::int32_t)>(symbol);
        return std::unique_ptr<Made>(factory == nullptr ? nullptr : static_cast<Made*>(factory(&logger, version_)));
    }

    /// Such as "TensorRT for RTX 1.4.0".
    std::string name() const { return (is_rtx ? "TensorRT for RTX " : "TensorRT ") + version(); }

    /// The network's weights are the parser's: it is kept until the network has been built.
    std::unique_ptr<Parser> parse(nvinfer1::INetworkDefinition& network, const BuildRequest& request,
                                  Logger& logger) const;

    SharedLibrary library_;
    SharedLibrary parser_;
    int version_;
};

std::unique_ptr<Parser> AbiNvinfer::parse(nvinfer1::INetworkDefinition& network, const BuildRequest& request,
                                          Logger& logger) const {
#if SKYMASK_HAS_PARSER
    using Factory = void* (*)(void*, void*, int);
    const auto factory = parser_ ? parser_.function<Factory>("createNvOnnxParser_INTERNAL") : nullptr;
    if (factory == nullptr) {
        throw EngineError("TensorRT cannot read ONNX files here: its parser library was not found beside " +
                          library_.name() + ". Install it (libnvonnxparser), or give an .engine file.");
    }
    const auto parser_version = parser_.function<int (*)()>("getNvOnnxParserVersion");
    const int version = parser_version != nullptr ? parser_version() : NV_ONNX_PARSER_VERSION;
    if (version / 10000 != NV_ONNX_PARSER_MAJOR) {
        throw EngineError("TensorRT's ONNX parser beside " + library_.name() + " has major version " +
                          std::to_string(version / 10000) + ", and this program was built with the NvOnnxParser.h of " +
                          std::to_string(NV_ONNX_PARSER_MAJOR) +
                          ". Give an .engine file, or build with the header of that parser.");
    }
    std::unique_ptr<Parser> parser(static_cast<Parser*>(factory(&network, &logger, version)));
    if (parser != nullptr && parser->parse(request.onnx.data(), request.onnx.size(), nullptr)) {
        return parser;
    }
    std::string reasons;
    for (int index = 0; parser != nullptr && index < std::min(parser->getNbErrors(), 3); ++index) {
        const auto& error = *parser->getError(index);
        reasons += std::string(reasons.empty() ? "" : " | ") + error.desc() + " (" + error.nodeOperator() + " '" +
                   error.nodeName() + "')";
    }
    std::ranges::replace(reasons, '\n', ' ');
    throw EngineError(name() + " refuses " + request.where + ": " +
                      (reasons.empty() ? "TensorRT gave no reason" : reasons) +
                      ". A model exported by skymask 0.10 or older has to be exported again.");
#else
    static_cast<void>(network);
    static_cast<void>(logger);
    throw EngineError("This program reads TensorRT engines but cannot build one from " + request.where +
                      ": it was built without NvOnnxParser.h. Give an .engine file, or build with that header.");
#endif
}

BuiltPlan AbiNvinfer::build(const BuildRequest& request) {
    Messages messages;
    Logger logger(messages);
    const auto refuse = [&](const std::string& what) {
        throw EngineError(name() + " " + what + " " + request.where + ": " + messages.take() + ".");
    };
    const auto builder = make<nvinfer1::IBuilder>("createInferBuilder_INTERNAL", logger);
    if (builder == nullptr) {
        refuse("does not start to build");
    }
    const std::unique_ptr<nvinfer1::INetworkDefinition> network(new_network(*builder));
    const std::unique_ptr<nvinfer1::IBuilderConfig> config(builder->createBuilderConfig());
    auto* profile = builder->createOptimizationProfile();  // belongs to the builder
    if (network == nullptr || config == nullptr || profile == nullptr) {
        refuse("does not start to build");
    }
    const auto parser = parse(*network, request, logger);
    const Precision precision = precision_of(*network);
    check_precision(request.precision, precision, request.where);
    if (!set_sizes(*config, *profile, request.sizes)) {
        refuse("refuses these sizes of frames for");
    }
    if (!set_targets(*config, request.targets)) {
        refuse("does not know this compute capability, asked for with");
    }
    const Timings timings(*config, request.timing_cache);
    const std::unique_ptr<nvinfer1::IHostMemory> plan(builder->buildSerializedNetwork(*network, *config));
    if (plan == nullptr) {
        refuse("cannot build");
    }
    return {.plan = bytes_of(*plan), .precision = precision, .timing_cache = timings.serialize()};
}

std::unique_ptr<Plan> AbiNvinfer::load(std::span<const std::uint8_t> plan, const std::string& where,
                                       const std::vector<std::uint8_t>& kernels) {
    auto runtime = std::make_shared<Runtime>();
    runtime->runtime = make<nvinfer1::IRuntime>("createInferRuntime_INTERNAL", runtime->logger);
    if (runtime->runtime != nullptr) {
        runtime->engine.reset(runtime->runtime->deserializeCudaEngine(plan.data(), plan.size()));
    }
    if (runtime->engine == nullptr) {
        throw EngineError(name() + " cannot load " + where + ": " + runtime->messages.take() +
                          ". Build it again on this machine with 'skymask-build-engine'.");
    }
    runtime->contexts = std::make_unique<ContextMaker>(*runtime->engine, kernels);
    return std::make_unique<AbiPlan>(std::move(runtime));
}

std::shared_ptr<Nvinfer> open(SharedLibrary library, SharedLibrary parser, int version) {
    return std::make_shared<AbiNvinfer>(std::move(library), std::move(parser), version);
}

std::vector<std::string> library_names() {
#ifdef _WIN32
    const std::string major = std::to_string(level);
    return is_rtx ? std::vector<std::string>{"tensorrt_rtx.dll"} : std::vector<std::string>{"nvinfer_" + major + ".dll"};
#else
    return {is_rtx ? "libtensorrt_rtx.so.1" : "libnvinfer.so." + std::to_string(level)};
#endif
}

std::vector<std::string> parser_names() {
#ifdef _WIN32
    return {is_rtx ? "tensorrt_onnxparser_rtx.dll" : "nvonnxparser_" + std::to_string(level) + ".dll"};
#else
    return {is_rtx ? "libtensorrt_onnxparser_rtx.so.1" : "libnvonnxparser.so." + std::to_string(level)};
#endif
}

}  // namespace

// Read by the table that CMake writes.
extern const Abi abi;
const Abi abi{.family = is_rtx ? "tensorrt-rtx" : "tensorrt",
              .level = level,
              .parses = SKYMASK_HAS_PARSER != 0,
              .cross_builds = is_rtx && SKYMASK_HAS_PARSER != 0,
              .first_version = first_version,
              .end_version = end_version,
              .libraries = library_names(),
              .parsers = parser_names(),
              .open = open};

}  // namespace skymask::engines::trt::SKYMASK_ABI
