#!/usr/bin/env bash
# Runs the suite under each sanitizer and the fuzz targets for a bounded time, and leaves a log.
#
#   cpp/sanitize.sh [asan|ubsan|tsan|fuzz]...      all four where none is named
#
# BUILD=folder       where to build                           (cpp/build)
# LOG=file           where the log goes                     (BUILD/sanitize.log)
# FUZZ_SECONDS=60    time for each fuzz target
# CMAKE_ARGS=...     more for cmake: -DSKYMASK_PYTHON=.venv/bin/python; for the TensorRT engine over its substitute
#                    '-DSKYMASK_TENSORRT=ON -C FOLDER/options.cmake' (see tests/tensorrt/fetch_headers.sh)
set -euo pipefail
cd "$(dirname "$0")"

build=${BUILD:-$PWD/build}
steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=(asan ubsan tsan fuzz)
log=${LOG:-$build/sanitize.log}
mkdir -p "$build"
: >"$log"

# A finding ends the test program with an error; ctest or libFuzzer reports it.
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
# OpenVINO's TBB loads a library of its own in a way (RTLD_DEEPBIND) that sanitizers end the process for.
export TBB_ENABLE_SANITIZERS=1
export UBSAN_OPTIONS=print_stacktrace=1
# OpenVINO and TBB are not built with ThreadSanitizer, which therefore does not see their locks: what they read and write
# is left out, what this project's code does is not.
export TSAN_OPTIONS=ignore_noninstrumented_modules=1

# Steps are chained with &&, since bash ignores 'set -e' in a function whose failure is looked at.
run_suite() { # preset; one folder of golden masks serves all
    # shellcheck disable=SC2086
    cmake --preset "$1" -B "$build/$1" -DSKYMASK_GOLDEN_FOLDER="$build/golden" ${CMAKE_ARGS:-} &&
        cmake --build "$build/$1" &&
        ctest --test-dir "$build/$1" --output-on-failure
}

fuzz() { # target; inputs that crash are kept beside the corpus
    "$build/fuzz/tests/fuzz/fuzz_$1" -max_total_time="${FUZZ_SECONDS:-60}" -max_len=4096 -timeout=5 \
        -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$build/fuzz/$1-" "$build/fuzz/corpus/$1" 2>&1 |
        sed '/^#[0-9]*\t\(REDUCE\|NEW\|pulse\)/d'
}

run_fuzz() {
    # shellcheck disable=SC2086
    cmake --preset fuzz -B "$build/fuzz" ${CMAKE_ARGS:-} &&
        cmake --build "$build/fuzz" &&
        "$build/fuzz/tests/fuzz/fuzz_seeds" "$build/fuzz/corpus" &&
        fuzz model_file &&
        fuzz image
}

failed=()
for step in "${steps[@]}"; do
    echo "== $step ($(date -u +%FT%TZ))" | tee -a "$log"
    case $step in
        asan | ubsan | tsan) run_suite "$step" >>"$log" 2>&1 || failed+=("$step") ;;
        fuzz) run_fuzz >>"$log" 2>&1 || failed+=("$step") ;;
        *) echo "Unknown step '$step'. Known: asan, fuzz, tsan, ubsan." >&2 && exit 2 ;;
    esac
done
echo "== ${#failed[@]} of ${#steps[@]} failed${failed[*]:+: ${failed[*]}}; the log is $log" | tee -a "$log"
[ ${#failed[@]} -eq 0 ]
