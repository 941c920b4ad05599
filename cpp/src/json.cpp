#include "json.hpp"

#include <charconv>
#include <cstdint>
#include <locale>
#include <sstream>
#include <string>
#include <utility>

namespace skymask {
namespace {

constexpr int max_depth = 32;

/// Thrown and caught in this file.
struct NotJson {};

/// By a stream, since the libc++ of macOS cannot do it with from_chars. What is too large becomes the largest there is.
double to_double(std::string_view digits) {
    std::istringstream stream{std::string(digits)};
    stream.imbue(std::locale::classic());
    double value = 0.0;
    stream >> value;
    return value;
}

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Json document() {
        Json json = value(0);
        skip_space();
        if (position_ != text_.size()) {
            throw NotJson{};
        }
        return json;
    }

private:
    Json value(int depth) {
        if (depth > max_depth) {
            throw NotJson{};
        }
        skip_space();
        switch (peek()) {
            case '{':
                return {object(depth)};
            case '[':
                return {array(depth)};
            case '"':
                return {string()};
            case 't':
                word("true");
                return {true};
            case 'f':
                word("false");
                return {false};
            case 'n':
                word("null");
                return {std::monostate{}};
            default:
                return {number()};
        }
    }

    Json::Object object(int depth) {
        Json::Object members;
        ++position_;
        skip_space();
        if (take('}')) {
            return members;
        }
        do {
            skip_space();
            std::string key = string();
            skip_space();
            expect(':');
            members.push_back({std::move(key), value(depth + 1)});
            skip_space();
        } while (take(','));
        expect('}');
        return members;
    }

    Json::Array array(int depth) {
        Json::Array items;
        ++position_;
        skip_space();
        if (take(']')) {
            return items;
        }
        do {
            items.push_back(value(depth + 1));
            skip_space();
        } while (take(','));
        expect(']');
        return items;
    }

    std::string string() {
        expect('"');
        std::string out;
        while (!take('"')) {
            const char letter = peek();
            ++position_;
            if (static_cast<unsigned char>(letter) < 0x20) {
                throw NotJson{};
            }
            if (letter == '\\') {
                escape(out);
            } else {
                out += letter;
            }
        }
        return out;
    }

    void escape(std::string& out) {
        const char letter = peek();
        ++position_;
        constexpr std::string_view names = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        if (const auto index = names.find(letter); index != std::string_view::npos) {
            out += meanings[index];
        } else if (letter == 'u') {
            append_utf8(out, code_point());
        } else {
            throw NotJson{};
        }
    }

    std::uint32_t code_point() {
        const std::uint32_t first = hex4();
        const bool is_pair = first >= 0xd800 && first < 0xdc00 && text_.substr(position_, 2) == "\\u";
        if (!is_pair) {
            return first >= 0xd800 && first < 0xe000 ? 0xfffdU : first;  // half a pair means nothing
        }
        position_ += 2;
        const std::uint32_t second = hex4();
        return second >= 0xdc00 && second < 0xe000 ? 0x10000U + ((first - 0xd800U) << 10U) + (second - 0xdc00U)
                                                   : 0xfffdU;
    }

    std::uint32_t hex4() {
        const std::string_view digits = text_.substr(position_, 4);
        std::uint32_t code = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        if (digits.size() != 4 || error != std::errc{} || end != digits.data() + 4) {
            throw NotJson{};
        }
        position_ += 4;
        return code;
    }

    static void append_utf8(std::string& out, std::uint32_t code) {
        const auto byte = [&out](std::uint32_t bits) { out += static_cast<char>(bits); };
        const auto tail = [&](unsigned shift) { byte(0x80U | ((code >> shift) & 0x3fU)); };
        if (code < 0x80) {
            byte(code);
        } else if (code < 0x800) {
            byte(0xc0U | (code >> 6U));
            tail(0);
        } else if (code < 0x10000) {
            byte(0xe0U | (code >> 12U));
            tail(6);
            tail(0);
        } else {
            byte(0xf0U | (code >> 18U));
            tail(12);
            tail(6);
            tail(0);
        }
    }

    Json::Number number() {
        const std::size_t start = position_;
        take('-');
        const bool leading_zero = position_ < text_.size() && text_[position_] == '0';
        const std::size_t digits = skip_digits();
        if (digits == 0 || (leading_zero && digits > 1)) {
            throw NotJson{};
        }
        Json::Number number{.value = 0.0, .is_integer = true};
        if (take('.')) {
            number.is_integer = false;
            require(skip_digits() > 0);
        }
        if (take('e') || take('E')) {
            number.is_integer = false;
            static_cast<void>(take('+') || take('-'));
            require(skip_digits() > 0);
        }
        number.value = to_double(text_.substr(start, position_ - start));
        return number;
    }

    std::size_t skip_digits() {
        const std::size_t start = position_;
        while (position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9') {
            ++position_;
        }
        return position_ - start;
    }

    void skip_space() {
        while (position_ < text_.size() &&
               std::string_view(" \t\r\n").find(text_[position_]) != std::string_view::npos) {
            ++position_;
        }
    }

    void word(std::string_view expected) {
        require(text_.substr(position_, expected.size()) == expected);
        position_ += expected.size();
    }

    [[nodiscard]] char peek() const {
        require(position_ < text_.size());
        return text_[position_];
    }

    bool take(char letter) {
        const bool is_there = position_ < text_.size() && text_[position_] == letter;
        position_ += is_there ? 1 : 0;
        return is_there;
    }

    void expect(char letter) { require(take(letter)); }

    static void require(bool condition) {
        if (!condition) {
            throw NotJson{};
        }
    }

    std::string_view text_;
    std::size_t position_ = 0;
};

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
    try {
        return Parser(text).document();
    } catch (const NotJson&) {
        return std::nullopt;
    }
}

}  // namespace skymask
