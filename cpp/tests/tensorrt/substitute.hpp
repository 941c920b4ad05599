#pragma once

#include <cstddef>
#include <string>

#include <skymask/segmenter.hpp>

/// The substitute library's control functions, from the library that the engine under test has loaded too (see
/// substitute/control.hpp for what they do). One is held for a test: it begins and ends with a healthy machine.
class Substitute {
public:
    Substitute();
    ~Substitute();
    Substitute(const Substitute&) = delete;
    Substitute& operator=(const Substitute&) = delete;

    /// True where the substitute is what dlopen finds; otherwise tests of it are skipped.
    [[nodiscard]] static bool is_there();

    void reset() const;
    void fail(const std::string& call, int nth, int code) const;
    [[nodiscard]] int calls(const std::string& call) const;
    [[nodiscard]] std::string called() const;
    [[nodiscard]] int alive() const;
    void hold(bool held) const;
    void machine(int gpus, const std::string& name, int major, int minor, int driver) const;
    void memory(std::size_t bytes) const;
    void version(int version) const;
    void parser_version(int version) const;
    void precision(int type) const;

    /// The GPU that was current when an engine was built last; -1 where none was.
    [[nodiscard]] int built_on() const;

    /// True where it stands for TensorRT for RTX.
    [[nodiscard]] bool is_rtx() const;

    /// What getInferLibVersion says.
    [[nodiscard]] int library_version() const;

    template <typename Function>
    [[nodiscard]] static Function function(const char* name) {
        return reinterpret_cast<Function>(address(name));
    }

private:
    static void* address(const char* name);
};

/// Options for the engine under test.
[[nodiscard]] inline skymask::Options tensorrt_options() {
    return {.engine = "tensorrt", .cache = {}, .frames_in_flight = 2};
}
