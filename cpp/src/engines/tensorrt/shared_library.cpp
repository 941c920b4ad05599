#include "shared_library.hpp"

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace skymask::engines::trt {
namespace {

#ifdef _WIN32
void* open(const char* name) { return reinterpret_cast<void*>(LoadLibraryA(name)); }
#else
// Local: two versions of one library (TensorRT's and a program's own) must not see each other's symbols.
void* open(const char* name) { return dlopen(name, RTLD_NOW | RTLD_LOCAL); }
#endif

}  // namespace

SharedLibrary SharedLibrary::first_of(std::span<const std::string> names) {
    SharedLibrary library;
    for (const std::string& name : names) {
        library.handle_ = open(name.c_str());
        if (library.handle_ != nullptr) {
            library.name_ = name;
            break;
        }
    }
    return library;
}

void* SharedLibrary::address(const char* symbol) const noexcept {
#ifdef _WIN32
    return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(handle_), symbol));
#else
    return dlsym(handle_, symbol);
#endif
}

}  // namespace skymask::engines::trt
