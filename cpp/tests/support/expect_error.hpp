#pragma once

#include <string>
#include <typeinfo>

#include <gtest/gtest.h>

/// Expects a statement to throw exactly this kind of error, with this text somewhere in its message.
template <class Kind, class Action>
void expect_error(Action action, const std::string& said) {
    try {
        action();
    } catch (const std::exception& error) {
        EXPECT_TRUE(typeid(error) == typeid(Kind)) << "another kind of error: " << error.what();
        EXPECT_NE(std::string(error.what()).find(said), std::string::npos) << "it says: " << error.what();
        return;
    }
    ADD_FAILURE() << "nothing was thrown; expected: " << said;
}
