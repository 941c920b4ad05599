// Walks protobuf messages without copying or trusting them.
// Source: https://protobuf.dev/programming-guides/encoding
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>

namespace skymask::protobuf {

/// The bytes are not a well-formed message; never leaves the library, see model_file.cpp.
class DamagedError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Where the bytes of a field lie in the file.
struct Range {
    std::size_t start = 0;
    std::size_t end = 0;
};

/// A number, or where a text, message or fixed-width value lies.
using Value = std::variant<std::uint64_t, Range>;

struct Field {
    std::uint64_t number = 0;
    Value value;
};

/// The fields of one message, one after the other.
class Reader {
public:
    Reader(std::span<const std::uint8_t> file, Range message)
        : file_(file), position_(message.start), end_(message.end) {}

    /// The next field, or nothing at the end. Throws DamagedError.
    [[nodiscard]] std::optional<Field> next();

private:
    [[nodiscard]] std::uint64_t varint();

    std::span<const std::uint8_t> file_;
    std::size_t position_;
    std::size_t end_;
};

/// The range of a field that must not be a number. Throws DamagedError.
[[nodiscard]] Range range_of(const Value& value);

/// The last field of that number in a message, as protobuf has it; reads the whole message. Throws DamagedError.
[[nodiscard]] std::optional<Value> find(std::span<const std::uint8_t> file, Range message, std::uint64_t number);

/// The last text of that number in a message; empty where there is none. Throws DamagedError.
[[nodiscard]] std::string find_text(std::span<const std::uint8_t> file, Range message, std::uint64_t number);

/// The last message of that number in a message; empty where there is none. Throws DamagedError.
[[nodiscard]] Range find_message(std::span<const std::uint8_t> file, Range message, std::uint64_t number);

}  // namespace skymask::protobuf
