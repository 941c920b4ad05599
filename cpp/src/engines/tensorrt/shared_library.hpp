#pragma once

#include <span>
#include <string>

namespace skymask::engines::trt {

/// A library that is loaded while the program runs. It stays loaded until the program ends: CUDA's and TensorRT's start
/// threads and keep state in the driver, and are not made to be unloaded.
class SharedLibrary {
public:
    SharedLibrary() = default;

    /// Loads the first of these names that the system's search path has; empty where it has none.
    [[nodiscard]] static SharedLibrary first_of(std::span<const std::string> names);

    [[nodiscard]] explicit operator bool() const noexcept { return handle_ != nullptr; }

    /// The name under which it was found.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// A function of the library, or null where it has none of that name.
    template <typename Function>
    [[nodiscard]] Function function(const char* symbol) const noexcept {
        return reinterpret_cast<Function>(address(symbol));
    }

private:
    [[nodiscard]] void* address(const char* symbol) const noexcept;

    void* handle_ = nullptr;
    std::string name_;
};

}  // namespace skymask::engines::trt
