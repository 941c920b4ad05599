#include "engine_file.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <random>
#include <system_error>

#include <skymask/error.hpp>

#include "../../file_bytes.hpp"
#include "engine_header_json.hpp"

namespace skymask::engines::trt {
namespace {

constexpr std::string_view magic = "SKYMASK ENGINE 1\n";
constexpr std::size_t digits = 16;
constexpr std::size_t header_start = magic.size() + digits + 1;

std::string hexadecimal(std::uint64_t value) {
    std::string text(digits, '0');
    for (std::size_t i = digits; i-- > 0; value >>= 4) {
        text[i] = "0123456789abcdef"[value & 15];
    }
    return text;
}

[[noreturn]] void refuse_cut_off(const std::string& where) {
    throw ModelError("The engine file " + where +
                     " is cut off or damaged. Build it again with 'skymask-build-engine'.");
}

/// Bytes of the header, as the digits behind the magic say.
std::size_t header_bytes(std::span<const std::uint8_t> content, const std::string& where) {
    std::uint64_t bytes = 0;
    if (content.size() < header_start) {
        refuse_cut_off(where);
    }
    const std::string text(content.begin() + magic.size(), content.begin() + magic.size() + digits);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes, 16);
    if (error != std::errc{} || end != text.data() + text.size() || bytes > content.size() - header_start) {
        refuse_cut_off(where);
    }
    return static_cast<std::size_t>(bytes);
}

/// A name beside `path` that no other thread or process uses.
std::filesystem::path temporary_name(const std::filesystem::path& path) {
    static std::atomic<unsigned> counter{0};
    static const unsigned process = std::random_device{}();
    return path.string() + "." + std::to_string(process) + "-" + std::to_string(counter++) + ".part";
}

[[noreturn]] void refuse_to_write(const std::filesystem::path& path, const std::error_code& error) {
    const std::string reason = error ? ": " + error.message() : "";
    throw OutputError("The engine file " + path.string() + " cannot be written" + reason +
                      ". Does its folder exist, may you write there, and is the disk not full?");
}

}  // namespace

EngineFile parse_engine_file(std::span<const std::uint8_t> content, const std::string& where) {
    if (content.size() < magic.size() || !std::equal(magic.begin(), magic.end(), content.begin())) {
        throw ModelError(where + " is not an engine made by skymask. Engines of trtexec and others lack what a model "
                                 "says of itself; build one with 'skymask-build-engine'.");
    }
    const std::size_t bytes = header_bytes(content, where);
    const auto header = content.subspan(header_start, bytes);
    const auto plan = content.subspan(header_start + bytes);
    ParsedHeader parsed = from_json(std::string(header.begin(), header.end()), where);
    if (parsed.plan_bytes != plan.size() || parsed.plan_hash != hash(plan)) {
        refuse_cut_off(where);
    }
    return {std::move(parsed.header), std::vector<std::uint8_t>(plan.begin(), plan.end())};
}

EngineFile read_engine_file(const std::filesystem::path& path) {
    return parse_engine_file(read_model_bytes(path), path.string());
}

std::vector<std::uint8_t> to_bytes(const EngineFile& file) {
    const std::string json = to_json(file.header, file.plan.size(), hash(file.plan));
    std::vector<std::uint8_t> content(magic.begin(), magic.end());
    const std::string length = hexadecimal(json.size()) + "\n";
    content.insert(content.end(), length.begin(), length.end());
    content.insert(content.end(), json.begin(), json.end());
    content.insert(content.end(), file.plan.begin(), file.plan.end());
    return content;
}

void check_can_write(const std::filesystem::path& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        refuse_to_write(path, std::make_error_code(std::errc::is_a_directory));
    }
    const std::filesystem::path part = temporary_name(path);
    errno = 0;
    if (!std::ofstream(part, std::ios::binary)) {
        refuse_to_write(path, {errno, std::generic_category()});
    }
    std::filesystem::remove(part, ignored);
}

void write_whole(const std::filesystem::path& path, std::span<const std::uint8_t> content) {
    const std::filesystem::path part = temporary_name(path);
    std::ofstream file(part, std::ios::binary);
    file.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    file.close();
    std::error_code error;
    if (file) {
        std::filesystem::rename(part, path, error);
    }
    if (!file || error) {
        std::error_code ignored;
        std::filesystem::remove(part, ignored);
        refuse_to_write(path, error);
    }
}

std::string hash(std::span<const std::uint8_t> content) {
    std::uint64_t value = 0xcbf29ce484222325;  // FNV-1a's start and prime
    for (const std::uint8_t byte : content) {
        value = (value ^ byte) * 0x100000001b3;
    }
    return hexadecimal(value);
}

std::string hash(const std::string& text) {
    return hash(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

}  // namespace skymask::engines::trt
