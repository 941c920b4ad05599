// TensorRT's builder and ONNX parser: keep the ONNX file, and make a plan of it that fake_runtime.cpp loads.
#include <cstring>
#include <memory>
#include <vector>

#include "fake_nvinfer.hpp"

namespace substitute {
namespace {

using Bytes = std::vector<std::uint8_t>;

class Layer final : public nvinfer1::ILayer, public nvinfer1::apiv::StandInVLayer {
public:
    Layer() { mLayer = this; }
    nvinfer1::LayerType getType() const noexcept override {
        return machine().precision == static_cast<int>(nvinfer1::DataType::kINT8) ? nvinfer1::LayerType::kQUANTIZE
                                                                                 : nvinfer1::LayerType::kCONVOLUTION;
    }
    nvinfer1::DataType getOutputType(std::int32_t /*index*/) const noexcept override {
        return static_cast<nvinfer1::DataType>(machine().precision);
    }
};

class Network final : public nvinfer1::INetworkDefinition, public nvinfer1::apiv::StandInVNetworkDefinition {
public:
    Network() { mImpl = this; }
    std::int32_t getNbLayers() const noexcept override { return 1; }
    nvinfer1::ILayer* getLayer(std::int32_t /*index*/) const noexcept override { return &layer_; }

    std::weak_ptr<const Bytes> onnx;  // the parser's: as real weights, gone when it is

private:
    mutable Layer layer_;
    Alive alive_;
};

class Profile final : public nvinfer1::IOptimizationProfile, public nvinfer1::apiv::StandInVOptimizationProfile {
public:
    Profile() { mImpl = this; }

    bool setDimensions(char const* name, nvinfer1::OptProfileSelector select,
                       nvinfer1::Dims const& dims) noexcept override {
        if (called("setDimensions") != 0 || std::strcmp(name, "frame") != 0 || dims.nbDims != 4) {
            return false;
        }
        for (int i = 0; i < 3; ++i) {
            if (select == nvinfer1::OptProfileSelector::kMIN) {
                sizes.smallest[i] = dims.d[i];
            } else if (select == nvinfer1::OptProfileSelector::kMAX) {
                sizes.largest[i] = dims.d[i];
            }
        }
        return true;
    }

    PlanSizes sizes;

private:
    Alive alive_;
};

class TimingCache final : public nvinfer1::ITimingCache, public nvinfer1::apiv::StandInVTimingCache {
public:
    TimingCache() { mImpl = this; }
    nvinfer1::IHostMemory* serialize() const noexcept override {
        return called("serialize") != 0 ? nullptr : new HostMemory({'t', 'i', 'm', 'e', 's'});
    }

private:
    Alive alive_;
};

class BuilderConfig final : public nvinfer1::IBuilderConfig, public nvinfer1::apiv::StandInVBuilderConfig {
public:
    BuilderConfig() { mImpl = this; }

    std::int32_t addOptimizationProfile(nvinfer1::IOptimizationProfile const* profile) noexcept override {
        sizes = static_cast<const Profile*>(profile)->sizes;
        return called("addOptimizationProfile") != 0 ? -1 : 0;
    }

#ifdef TRT_MAJOR_RTX
    bool setNbComputeCapabilities(std::int32_t count) noexcept override {
        return called("setNbComputeCapabilities") == 0 && count > 0;
    }
    bool setComputeCapability(nvinfer1::ComputeCapability capability, std::int32_t /*index*/) noexcept override {
        const int number = static_cast<int>(capability);
        const bool is_known = number == 1 || number == 75 || number == 86 || number == 89 || number == 120;
        return called("setComputeCapability") == 0 && is_known;
    }
#else
    nvinfer1::ITimingCache* createTimingCache(void const* /*blob*/, std::size_t /*size*/) const noexcept override {
        return called("createTimingCache") != 0 ? nullptr : new TimingCache;
    }
    bool setTimingCache(nvinfer1::ITimingCache const& /*cache*/, bool /*ignore_mismatch*/) noexcept override {
        return called("setTimingCache") == 0;
    }
#endif

    PlanSizes sizes;

private:
    Alive alive_;
};

class Builder final : public nvinfer1::IBuilder, public nvinfer1::apiv::StandInVBuilder {
public:
    explicit Builder(nvinfer1::ILogger& logger) : logger_(logger) { mImpl = this; }

    nvinfer1::INetworkDefinition* createNetworkV2(nvinfer1::NetworkDefinitionCreationFlags /*flags*/) noexcept override {
        return fails("createNetworkV2", &logger_) ? nullptr : new Network;
    }
    nvinfer1::IBuilderConfig* createBuilderConfig() noexcept override {
        return fails("createBuilderConfig", &logger_) ? nullptr : new BuilderConfig;
    }
    nvinfer1::IOptimizationProfile* createOptimizationProfile() noexcept override {
        if (fails("createOptimizationProfile", &logger_)) {
            return nullptr;
        }
        profiles_.push_back(std::make_unique<Profile>());
        return profiles_.back().get();
    }
    nvinfer1::IHostMemory* buildSerializedNetwork(nvinfer1::INetworkDefinition& network,
                                                  nvinfer1::IBuilderConfig& config) noexcept override {
        if (fails("buildSerializedNetwork", &logger_)) {
            return nullptr;
        }
        built_on() = current_gpu();
        const auto onnx = static_cast<Network&>(network).onnx.lock();
        if (onnx == nullptr) {
            complain(logger_, "the parser and its weights were released before the network was built");
            return nullptr;
        }
        Bytes plan(plan_magic, plan_magic + sizeof(plan_magic));
        const auto* sizes = reinterpret_cast<const std::uint8_t*>(&static_cast<BuilderConfig&>(config).sizes);
        plan.insert(plan.end(), sizes, sizes + sizeof(PlanSizes));
        plan.insert(plan.end(), onnx->begin(), onnx->end());
        return new HostMemory(std::move(plan));
    }

private:
    nvinfer1::ILogger& logger_;
    std::vector<std::unique_ptr<Profile>> profiles_;
    Alive alive_;
};

class ParserError final : public nvonnxparser::StandInIParserError {
public:
    nvonnxparser::ErrorCode code() const override { return nvonnxparser::ErrorCode::kUNSUPPORTED_NODE; }
    char const* desc() const override { return "the substitute does not like this operator"; }
    char const* nodeName() const override { return "/odd"; }
    char const* nodeOperator() const override { return "Oddity"; }
};

class Parser final : public nvonnxparser::StandInIParser {
public:
    explicit Parser(Network& network) : network_(network) {}

    bool parse(void const* onnx, std::size_t size, const char* /*path*/) noexcept override {
        const auto* bytes = static_cast<const std::uint8_t*>(onnx);
        onnx_ = std::make_shared<const Bytes>(bytes, bytes + size);
        network_.onnx = onnx_;
        has_error_ = called("parse") != 0;
        return !has_error_;
    }
    int getNbErrors() const noexcept override { return has_error_ ? 1 : 0; }
    nvonnxparser::IParserError const* getError(int /*index*/) const noexcept override { return &error_; }

private:
    Network& network_;
    std::shared_ptr<const Bytes> onnx_;
    ParserError error_;
    bool has_error_ = false;
    Alive alive_;
};

}  // namespace
}  // namespace substitute

extern "C" {

int getNvOnnxParserVersion() noexcept {
    const int version = substitute::machine().parser_version;
    return version != 0 ? version : NV_ONNX_PARSER_VERSION;
}

void* createInferBuilder_INTERNAL(void* logger, int /*version*/) noexcept {
    auto* const log = static_cast<nvinfer1::ILogger*>(logger);
    return substitute::fails("createInferBuilder", log)
               ? nullptr
               : static_cast<nvinfer1::IBuilder*>(new substitute::Builder(*log));
}

void* createNvOnnxParser_INTERNAL(void* network, void* logger, int /*version*/) noexcept {
    if (substitute::fails("createNvOnnxParser", static_cast<nvinfer1::ILogger*>(logger))) {
        return nullptr;
    }
    auto* const definition = static_cast<nvinfer1::INetworkDefinition*>(network);
    return static_cast<nvonnxparser::IParser*>(new substitute::Parser(static_cast<substitute::Network&>(*definition)));
}
}
