#include "protobuf.hpp"

#include <limits>

namespace skymask::protobuf {
namespace {

enum WireType : std::uint64_t { varint_type = 0, fixed64_type = 1, bytes_type = 2, fixed32_type = 5 };

constexpr std::size_t max_varint_bytes = 10;

}  // namespace

std::optional<Field> Reader::next() {
    if (position_ >= end_) {
        return std::nullopt;
    }
    const std::uint64_t key = varint();
    const std::uint64_t number = key >> 3U;
    std::uint64_t length = 0;
    switch (key & 7U) {
        case varint_type:
            return Field{number, varint()};
        case bytes_type:
            length = varint();
            break;
        case fixed64_type:
            length = 8;
            break;
        case fixed32_type:
            length = 4;
            break;
        default:
            throw DamagedError("unknown wire type " + std::to_string(key & 7U) + " at byte " +
                               std::to_string(position_));
    }
    if (length > end_ - position_) {
        throw DamagedError("byte " + std::to_string(position_) + " announces " + std::to_string(length) +
                           " more bytes, but only " + std::to_string(end_ - position_) + " follow");
    }
    const Range range{position_, position_ + static_cast<std::size_t>(length)};
    position_ = range.end;
    return Field{number, range};
}

std::uint64_t Reader::varint() {
    std::uint64_t value = 0;
    for (std::size_t index = 0; index < max_varint_bytes; ++index) {
        if (position_ + index >= end_) {
            throw DamagedError("a number breaks off at byte " + std::to_string(end_));
        }
        const std::uint64_t byte = file_[position_ + index];
        // The tenth byte has room for one bit; a number beyond 64 bits is larger than any file.
        value = index == max_varint_bytes - 1 && (byte & 0x7fU) > 1 ? std::numeric_limits<std::uint64_t>::max()
                                                                    : value | (byte & 0x7fU) << (7 * index);
        if (byte < 0x80U) {
            position_ += index + 1;
            return value;
        }
    }
    throw DamagedError("a number of more than " + std::to_string(max_varint_bytes) + " bytes at byte " +
                       std::to_string(position_));
}

Range range_of(const Value& value) {
    if (const auto* number = std::get_if<std::uint64_t>(&value)) {
        throw DamagedError("the number " + std::to_string(*number) + " where a message was expected");
    }
    return std::get<Range>(value);
}

std::optional<Value> find(std::span<const std::uint8_t> file, Range message, std::uint64_t number) {
    std::optional<Value> found;
    Reader reader(file, message);
    while (const auto field = reader.next()) {
        if (field->number == number) {
            found = field->value;
        }
    }
    return found;
}

std::string find_text(std::span<const std::uint8_t> file, Range message, std::uint64_t number) {
    const Range range = find_message(file, message, number);
    return {file.begin() + static_cast<std::ptrdiff_t>(range.start),
            file.begin() + static_cast<std::ptrdiff_t>(range.end)};
}

Range find_message(std::span<const std::uint8_t> file, Range message, std::uint64_t number) {
    const auto value = find(file, message, number);
    return value ? range_of(*value) : Range{};
}

}  // namespace skymask::protobuf
