#include "substitute.hpp"

#include <stdexcept>

#include <dlfcn.h>

namespace {

/// The library under its CUDA name: the same file as under its TensorRT names, so the same state.
void* library() {
    static void* const handle = dlopen("libcudart.so.13", RTLD_NOW | RTLD_LOCAL);
    return handle;
}

}  // namespace

void* Substitute::address(const char* name) {
    void* const found = library() != nullptr ? dlsym(library(), name) : nullptr;
    if (found == nullptr) {
        throw std::runtime_error(std::string("the substitute library has no ") + name);
    }
    return found;
}

Substitute::Substitute() { reset(); }
Substitute::~Substitute() { reset(); }

bool Substitute::is_there() { return library() != nullptr && dlsym(library(), "skymask_substitute_reset") != nullptr; }

void Substitute::reset() const { function<void (*)()>("skymask_substitute_reset")(); }

void Substitute::fail(const std::string& call, int nth, int code) const {
    function<void (*)(const char*, int, int)>("skymask_substitute_fail")(call.c_str(), nth, code);
}

int Substitute::calls(const std::string& call) const {
    return function<int (*)(const char*)>("skymask_substitute_calls")(call.c_str());
}

std::string Substitute::called() const { return function<const char* (*)()>("skymask_substitute_called")(); }

int Substitute::alive() const { return function<int (*)()>("skymask_substitute_alive")(); }

void Substitute::hold(bool held) const { function<void (*)(int)>("skymask_substitute_hold")(held ? 1 : 0); }

void Substitute::machine(int gpus, const std::string& name, int major, int minor, int driver) const {
    function<void (*)(int, const char*, int, int, int)>("skymask_substitute_machine")(gpus, name.c_str(), major, minor,
                                                                                       driver);
}

void Substitute::memory(std::size_t bytes) const { function<void (*)(std::size_t)>("skymask_substitute_memory")(bytes); }
void Substitute::version(int version) const { function<void (*)(int)>("skymask_substitute_version")(version); }
void Substitute::parser_version(int version) const {
    function<void (*)(int)>("skymask_substitute_parser_version")(version);
}
void Substitute::precision(int type) const { function<void (*)(int)>("skymask_substitute_precision")(type); }
int Substitute::built_on() const { return function<int (*)()>("skymask_substitute_built_on")(); }

int Substitute::library_version() const { return function<int (*)()>("getInferLibVersion")(); }

bool Substitute::is_rtx() const { return library_version() < 100000; }
