#include "control.hpp"

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

#include "state.hpp"

namespace substitute {
namespace {

struct Failure {
    int remaining = 0;
    int code = 0;
};

std::mutex mutex;
std::map<std::string, int> counts;
std::map<std::string, Failure> failures;
std::atomic<int> alive{0};
bool is_held = false;
std::condition_variable let_go;

}  // namespace

Machine& machine() {
    static Machine settings;
    return settings;
}

int called(const char* name) {
    const std::lock_guard lock(mutex);
    ++counts[name];
    const auto failure = failures.find(name);
    if (failure == failures.end() || --failure->second.remaining > 0) {
        return 0;
    }
    const int code = failure->second.code;
    failures.erase(failure);
    return code;
}

void wait_while_held() {
    std::unique_lock lock(mutex);
    let_go.wait(lock, [] { return !is_held; });
}

std::atomic<int>& built_on() {
    static std::atomic<int> gpu{-1};
    return gpu;
}

int& current_gpu() {
    thread_local int gpu = 0;
    return gpu;
}

Alive::Alive() : gpu_(current_gpu()) { ++alive; }

Alive::~Alive() {
    --alive;
    if (gpu_ != current_gpu()) {
        called("released on another GPU");
    }
}

}  // namespace substitute

using namespace substitute;

[[noreturn]] void skymask_substitute_unexpected(const char* called) noexcept {
    std::fprintf(stderr, "The substitute library has no %s.\n", called);
    std::abort();
}

void skymask_substitute_reset() {
    const std::lock_guard lock(mutex);
    counts.clear();
    failures.clear();
    machine() = Machine{};
    current_gpu() = 0;
    built_on() = -1;
    is_held = false;
    let_go.notify_all();
}

void skymask_substitute_hold(int held) {
    const std::lock_guard lock(mutex);
    is_held = held != 0;
    let_go.notify_all();
}

void skymask_substitute_fail(const char* call, int nth, int code) {
    const std::lock_guard lock(mutex);
    failures[call] = {.remaining = nth, .code = code};
}

int skymask_substitute_calls(const char* call) {
    const std::lock_guard lock(mutex);
    const auto found = counts.find(call);
    return found == counts.end() ? 0 : found->second;
}

const char* skymask_substitute_called() {
    static std::string names;
    const std::lock_guard lock(mutex);
    names.clear();
    for (const auto& [name, count] : counts) {
        names += (names.empty() ? "" : ",") + name;
    }
    return names.c_str();
}

int skymask_substitute_alive() { return alive; }

void skymask_substitute_machine(int gpus, const char* name, int major, int minor, int driver) {
    machine().gpus = gpus;
    machine().name = name;
    machine().major = major;
    machine().minor = minor;
    machine().driver = driver;
}

void skymask_substitute_memory(std::size_t bytes) { machine().memory = bytes; }
void skymask_substitute_version(int version) { machine().version = version; }
void skymask_substitute_parser_version(int version) { machine().parser_version = version; }
void skymask_substitute_precision(int type) { machine().precision = type; }
int skymask_substitute_built_on() { return built_on(); }
