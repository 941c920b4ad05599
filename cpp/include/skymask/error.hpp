// The errors that skymask raises. Every message says what was found, what was expected and what to do about it.
//
//     try {
//         auto sky = skymask::Segmenter::load("fast.onnx");
//     } catch (const skymask::ModelError& error) {      // the file is not a (whole) skymask model
//     } catch (const skymask::Error& error) {           // anything else that skymask found wrong
//     }
//
// The library never prints and never ends the process.
#pragma once

#include <stdexcept>

namespace skymask {

/// The family of all errors raised on purpose; also the work that was possible as asked and failed on the way.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What was asked for cannot be done: null data, a size of zero, a stride too small, an unknown name.
class InputError : public Error {
public:
    using Error::Error;
};

/// A file is not a skymask model, is damaged, or follows another version of the contract.
class ModelError : public InputError {
public:
    using InputError::InputError;
};

/// The engine or device asked for is unknown, was not built in, cannot be loaded, or refuses the model.
class EngineError : public InputError {
public:
    using InputError::InputError;
};

/// A result cannot be written: no permission, no space, no such folder.
class OutputError : public Error {
public:
    using Error::Error;
};

}  // namespace skymask
