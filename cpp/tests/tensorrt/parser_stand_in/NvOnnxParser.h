// Stands in for TensorRT's header of this name where that cannot be had: the calls that skymask makes, in an order of its
// own. What is compiled with it is for the tests: the substitute library's parser runs, and a real one is refused, since
// no real one has this version.
#pragma once

#include <cstddef>

#include <NvInfer.h>

#define NV_ONNX_PARSER_MAJOR 9999
#define NV_ONNX_PARSER_VERSION (NV_ONNX_PARSER_MAJOR * 10000)

namespace nvonnxparser {

enum class ErrorCode : int { kUNSUPPORTED_NODE = 8 };

class IParserError {
public:
    virtual ErrorCode code() const = 0;
    virtual char const* desc() const = 0;
    virtual char const* nodeName() const = 0;
    virtual char const* nodeOperator() const = 0;

protected:
    virtual ~IParserError() = default;
};

class IParser {
public:
    virtual ~IParser() noexcept = default;
    virtual bool parse(void const* onnx, std::size_t size, const char* path) noexcept = 0;
    virtual int getNbErrors() const noexcept = 0;
    virtual IParserError const* getError(int index) const noexcept = 0;
};

}  // namespace nvonnxparser
