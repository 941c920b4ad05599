#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <skymask/engine.hpp>

namespace substitute {

/// Computes masks of a model given by its ONNX file's content; safe to use from several threads.
class Reference {
public:
    virtual ~Reference() = default;
    virtual void run(const std::uint8_t* frames, skymask::Shape shape, std::uint8_t* sky) = 0;
};

/// The same model is opened once a process. Throws skymask::Error where the content is not a model.
std::shared_ptr<Reference> reference_for(const std::vector<std::uint8_t>& onnx);

}  // namespace substitute
