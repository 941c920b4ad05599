// What the fake builder and the fake runtime share.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "stand_ins.hpp"
#include "state.hpp"

namespace substitute {

/// A plan of this library: these bytes, then the smallest and largest sizes, then the ONNX file it was made from.
inline constexpr char plan_magic[] = "SUBSTITUTE PLAN";

struct PlanSizes {
    std::int64_t smallest[3] = {};
    std::int64_t largest[3] = {};
};

/// True where a call is to fail; logs it as TensorRT would.
inline bool fails(const char* name, nvinfer1::ILogger* logger) {
    const bool is_failing = called(name) != 0;
    if (is_failing && logger != nullptr) {
        const std::string text = std::string("substitute: ") + name + " fails as asked";
        logger->log(nvinfer1::ILogger::Severity::kERROR, text.c_str());
    }
    return is_failing;
}

inline void complain(nvinfer1::ILogger& logger, const std::string& text) {
    logger.log(nvinfer1::ILogger::Severity::kERROR, ("substitute: " + text).c_str());
}

class HostMemory final : public nvinfer1::IHostMemory, public nvinfer1::apiv::StandInVHostMemory {
public:
    explicit HostMemory(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) { mImpl = this; }
    void* data() const noexcept override { return const_cast<std::uint8_t*>(bytes_.data()); }
    std::size_t size() const noexcept override { return bytes_.size(); }

private:
    std::vector<std::uint8_t> bytes_;
    Alive alive_;
};

}  // namespace substitute
