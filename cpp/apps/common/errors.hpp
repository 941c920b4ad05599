// The programs' own children of skymask::Error, and what every main() does with an error.
#pragma once

#include <exception>
#include <functional>
#include <string>

#include <skymask/error.hpp>

namespace skymask::apps {

/// A video or image breaks off, or cannot be decoded.
class MediaError : public Error {
public:
    using Error::Error;
};

/// A window was asked for where none can be opened.
class DisplayError : public InputError {
public:
    using InputError::InputError;
};

/// The user pressed Ctrl-C.
class Interrupted : public std::exception {
public:
    [[nodiscard]] const char* what() const noexcept override { return "interrupted"; }
};

enum ExitCode : int { done = 0, failed = 1, wrong_input = 2, interrupted = 130 };

/// Runs a program's work and turns what it throws into one line on stderr, `program: error: ...`, and an exit code.
/// when_memory_ends: a sentence that says what to do then.
int run_program(const std::string& program, const std::string& when_memory_ends,
                const std::function<void()>& work) noexcept;

}  // namespace skymask::apps
