// JSON as the metadata have it: what is JSON is read, what is not is refused.
#include <string>

#include <gtest/gtest.h>

#include "json.hpp"

namespace {

using skymask::Json;
using skymask::parse_json;

template <class T>
T read(const std::string& text) {
    const auto json = parse_json(text);
    EXPECT_TRUE(json.has_value()) << text;
    return json ? std::get<T>(json->value) : T{};
}

TEST(JsonText, ReadsEscapes) {
    EXPECT_EQ(read<std::string>(R"("a\"\\\/\b\f\n\r\t")"), "a\"\\/\b\f\n\r\t");
    EXPECT_EQ(read<std::string>(R"("\u0041\u00e9\u20ac")"), "A\xc3\xa9\xe2\x82\xac");
    EXPECT_EQ(read<std::string>(R"("\ud83d\ude00")"), "\xf0\x9f\x98\x80");
}

TEST(JsonText, ReplacesHalfAPair) {
    EXPECT_EQ(read<std::string>(R"("\ud83d")"), "\xef\xbf\xbd");
    EXPECT_EQ(read<std::string>(R"("\ud83d\u0041")"), "\xef\xbf\xbd");
    EXPECT_EQ(read<std::string>(R"("\ude00x")"), "\xef\xbf\xbdx");
}

TEST(JsonNumber, KnowsIntegers) {
    EXPECT_EQ(read<Json::Number>("-12").value, -12.0);
    EXPECT_TRUE(read<Json::Number>("0").is_integer);
    EXPECT_FALSE(read<Json::Number>("1.0").is_integer);
    EXPECT_FALSE(read<Json::Number>("1e2").is_integer);
    EXPECT_EQ(read<Json::Number>("-1.5e+2").value, -150.0);
    EXPECT_GT(read<Json::Number>("1e999").value, 1e300);
    EXPECT_LT(read<Json::Number>("-1e999").value, -1e300);
    EXPECT_DOUBLE_EQ(read<Json::Number>("1e-999").value, 0.0);
}

TEST(JsonValue, ReadsNestedOnes) {
    const auto members = read<Json::Object>(R"( { "a" : [ 1 , true , null ] , "b" : { } } )");
    ASSERT_EQ(members.size(), 2U);
    EXPECT_EQ(members[0].first, "a");
    const auto& items = std::get<Json::Array>(members[0].second.value);
    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(std::get<Json::Number>(items[0].value).value, 1.0);
    EXPECT_EQ(std::get<bool>(items[1].value), true);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(items[2].value));
}

class NotJson : public testing::TestWithParam<std::string> {};

TEST_P(NotJson, IsRefused) { EXPECT_FALSE(parse_json(GetParam()).has_value()) << GetParam(); }

INSTANTIATE_TEST_SUITE_P(Text, NotJson,
                         testing::Values("", " ", "{", "[1,", "[1 2]", "{\"a\" 1}", "{a: 1}", "{\"a\":1,}", "[1,]",
                                         "01", "-", "1.", ".5", "1e", "+1", "tru", "nul", "\"open", "\"\\x\"",
                                         "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"", "1 1", "'a'", "\"\\",
                                         std::string(100, '[')));

}  // namespace
