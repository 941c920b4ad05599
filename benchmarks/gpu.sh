#!/usr/bin/env bash
# The TensorRT engine on a real NVIDIA GPU: builds, checks masks against the reference engine, measures. Says PASS or
# FAIL at the end. It has not been run yet: no GPU was at hand.
#
#     benchmarks/gpu.sh [fp32=MODEL.onnx] [fp16=MODEL.onnx] [int8=MODEL.onnx]
#
# Without arguments the shipped model alone, in fp32. int8 is shipped too (fast-int8.onnx); fp16 comes from 'skymask export
# --precision fp16'.
# Needs: an NVIDIA driver for CUDA 13; on Debian or Ubuntu: apt install g++ cmake ninja-build git libopencv-dev
# libcli11-dev nlohmann-json3-dev libgtest-dev; and a Python with skymask and OpenVINO (pip install '.[openvino]'),
# active or named with PYTHON. WORK is a folder for everything that is made (build/gpu). TensorRT: the system's
# libnvinfer where it has one, else TensorRT for RTX from PyPI. The table goes to WORK/gpu.md and WORK/*.json.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
python=${PYTHON:-python3}
work=${WORK:-build/gpu}
mkdir -p "$work"
work=$(cd "$work" && pwd)
models=("$@")
[ ${#models[@]} -gt 0 ] || models=("fp32=src/skymask/weights/fast.onnx")
failures=()

step() {
    local name=$1
    shift
    echo "== $name"
    if ! "$@"; then
        echo "FAILED: $name"
        failures+=("$name")
        return 1
    fi
}

finish() {
    echo
    if [ ${#failures[@]} -eq 0 ]; then
        echo "PASS"
        exit 0
    fi
    printf 'FAIL: %s\n' "${failures[@]}"
    exit 1
}

build() {
    cmake -S cpp -B "$work/build" -G Ninja -C "$work/deps/options.cmake" -DCMAKE_BUILD_TYPE=Release \
        -DSKYMASK_TENSORRT=ON -DSKYMASK_PYTHON="$(command -v "$python")" >"$work/cmake.log" 2>&1 || {
        tail -20 "$work/cmake.log"
        return 1
    }
    ninja -C "$work/build" skymask-bench skymask-build-engine test_gpu test_tensorrt
}

# 77: some of the headers cannot be had; with those that are there it goes on.
fetch() {
    local status=0
    PIP="$python -m pip" cpp/tests/tensorrt/fetch_headers.sh "$work/deps" || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 77 ]
}

# The masks on the GPU against the reference engine's, and how the engine behaves; a skipped test is no success here.
check_masks() {
    local precision=$1 model=$2
    SKYMASK_GPU_PRECISION=$precision SKYMASK_GPU_MODEL=$model "$work/build/tests/tensorrt/test_gpu" \
        >"$work/test-$precision.log" 2>&1 && ! grep -q "SKIPPED" "$work/test-$precision.log" || {
        grep -E "FAILED|SKIPPED|cannot be used|difference" "$work/test-$precision.log" | head -20
        return 1
    }
}

measure() {
    local precision=$1 model=$2
    "$work/build/apps/skymask-bench" --model "$model" --engine tensorrt --cache "$work/engines" \
        --size 640x480 1280x720 1920x1080 -o "$work/bench-$precision.json" | tee "$work/bench-$precision.txt"
}

step "the driver and the GPU" nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv || finish
step "headers and libraries" fetch || finish
step "build" build || finish
for folder in "$work/deps/rtx-libs-1.7" "$work/deps/cuda-libs"; do
    LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$folder"
done
export LD_LIBRARY_PATH
step "reference masks" ctest --test-dir "$work/build" -R '^golden$' --output-on-failure || finish
capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | head -1)
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader >"$work/gpu.md"
for entry in "${models[@]}"; do
    precision=${entry%%=*} model=$(realpath "${entry#*=}")
    step "masks of $precision" check_masks "$precision" "$model"
    step "an engine file of $precision" "$work/build/apps/build_engine/skymask-build-engine" "$model" \
        -o "$work/$precision.engine"
    step "speed of $precision" measure "$precision" "$model" &&
        printf '\n## %s\n\n%s\n' "$precision" "$(cat "$work/bench-$precision.txt")" >>"$work/gpu.md"
done
# Built ahead of time for this very GPU, as somebody without one would have: must load and agree.
if step "an engine built ahead of time for $capability" env LD_LIBRARY_PATH="$work/deps/rtx-libs-1.7" \
    "$work/build/apps/build_engine/skymask-build-engine" "$(realpath "${models[0]#*=}")" \
    -o "$work/ahead.engine" --compute-capability "$capability"; then
    step "masks of it" check_masks "${models[0]%%=*}" "$work/ahead.engine"
fi
echo
cat "$work/gpu.md"
finish
