// How tests steer the substitute library: a stand-in for the CUDA runtime, TensorRT and its ONNX parser that computes
// masks on the CPU with skymask's OpenVINO engine. It is stricter than the real ones: memory that is not what it should
// be, a size that was not set or scratch memory that is too small is an error, and everything is counted.
#pragma once

#include <cstddef>

extern "C" {

/// Back to one healthy GPU, the calling thread's; forgets counts and failures. Things that are alive stay so.
void skymask_substitute_reset();

/// The `nth` (from 1) next call of this name fails: CUDA functions with `code`, TensorRT's in their own way.
void skymask_substitute_fail(const char* call, int nth, int code);

/// Calls of this name since the reset.
int skymask_substitute_calls(const char* call);

/// All names that were called since the reset, with commas.
const char* skymask_substitute_called();

/// Things that were made and not released: memory, streams, graphs, and TensorRT's objects.
int skymask_substitute_alive();

/// Whether kernels wait before they start, as behind other work of the GPU; the reset lets them go on.
void skymask_substitute_hold(int held);

/// What the machine has. driver: CUDA version that the driver serves, such as 13000; 0 is no driver.
void skymask_substitute_machine(int gpus, const char* name, int major, int minor, int driver);

/// Bytes of device memory there are.
void skymask_substitute_memory(std::size_t bytes);

/// What getInferLibVersion returns; 0 is the version of the headers.
void skymask_substitute_version(int version);

/// What getNvOnnxParserVersion returns; 0 is the version of the header.
void skymask_substitute_parser_version(int version);

/// Type of the convolutions of parsed networks, as nvinfer1::DataType has it; 0 is float32, 1 float16.
void skymask_substitute_precision(int type);

/// The GPU that was current when an engine was built last; -1 where none was.
int skymask_substitute_built_on();
}
