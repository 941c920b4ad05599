#!/usr/bin/env bash
# Shows what the C++ side does, on a Debian 12 or Ubuntu 24.04 with nothing installed: build, suite, a video with and
# without a window, the difference from Python's masks, the speed beside Python's, TensorRT engines built ahead of time.
#
#     cpp/prove.sh [MODEL.onnx...]
#
# MODEL.onnx are the graphs of which engines are built: the shipped one, or fp32, fp16 and int8 by 'skymask export'.
# OUT=folder for what is made (build/prove)   PYTHON=a Python that has skymask[openvino,display], pytest and onnx (.venv,
# made where it is missing)   ROUNDS=5 of the comparison of speeds; leave the machine alone meanwhile
#
# Nothing here runs on a GPU; benchmarks/gpu.sh does.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${OUT:-build/prove}
mkdir -p "$out"
out=$(cd "$out" && pwd)
models=("$@")
[ ${#models[@]} -gt 0 ] || models=(src/skymask/weights/fast.onnx)
export PYTHON=${PYTHON:-$PWD/.venv/bin/python} BUILD=${BUILD:-$PWD/cpp/build/tensorrt}
export PARTS=${PARTS:-$PWD/cpp/build/tensorrt-parts} OMP_WAIT_POLICY=PASSIVE
apps=$BUILD/apps

step() { printf '\n== %s\n' "$*"; }

step "packages"
missing=()
for package in python3-venv xvfb xdotool imagemagick libgl1 libglib2.0-0; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
if [ ! -x "$PYTHON" ]; then
    python3 -m venv .venv
    .venv/bin/pip install -q -e '.[openvino,display]' pytest onnx
fi

step "build and suite"
bash .ci/cpp

step "skymask-video clip.mp4 -o out.mp4"
"$PYTHON" -c "import pathlib, benchmarks.cpp_python as b; b.make_clip(pathlib.Path('$out/clip.mp4'))"
"$apps/skymask-video" "$out/clip.mp4" -o "$out/out.mp4" --report "$out/report.json"

step "the same with a window"
rm -f "$out/display" # of an earlier run
Xvfb -displayfd 3 -screen 0 1400x800x24 -nolisten tcp -noreset 3>"$out/display" 2>/dev/null &
server=$!
trap 'kill "$server"' EXIT
until [ -s "$out/display" ]; do sleep 0.1; done
export DISPLAY=":$(<"$out/display")"
"$apps/skymask-video" "$out/clip.mp4" --show -o "$out/shown.mp4" &
video=$!
xdotool search --sync --onlyvisible --name "skymask - clip" >/dev/null
colours=0
until [ "$colours" -gt 1000 ]; do # the first frame has been drawn
    import -window root "$out/window.png"
    colours=$(identify -format %k "$out/window.png")
done
wait "$video"
unset DISPLAY
echo "The picture of it is $out/window.png"

step "C++ against Python: masks, errors, keys, reports"
SKYMASK_CPP_BUILD=$BUILD "$PYTHON" -m pytest -q tests/cpp --junit-xml="$out/tests.xml"
sed -n 's/.*"mean_grey_levels" value="\([^"]*\)".*/Mean difference of the masks: \1 of 255 grey levels/p' "$out/tests.xml"

step "C++ against Python: speed"
"$PYTHON" benchmarks/cpp_python.py "$apps" --rounds "${ROUNDS:-5}" -o "$out/cpp_python.json"

step "TensorRT engines built ahead of time"
"$PYTHON" -m pip install -q --target "$out/tensorrt-rtx" tensorrt-rtx-cu13==1.7.1.116 ||
    echo "SKIPPED: tensorrt-rtx-cu13 cannot be had here, so no engine is built through Python"
ahead=()
if ! grep -q "INCLUDE_DIR.*/rtx-[0-9]" "$PARTS/options.cmake" 2>/dev/null; then
    echo "SKIPPED: the headers of TensorRT for RTX cannot be had here, so no engine is built through C++"
elif [ -x "$apps/build_engine/skymask-build-engine" ]; then
    ahead+=(--program "$apps/build_engine/skymask-build-engine")
    for folder in "$PARTS"/rtx-libs-*; do
        [ -d "$folder" ] && ahead+=(--library "$folder")
    done
fi
PYTHONPATH=$out/tensorrt-rtx "$PYTHON" benchmarks/tensorrt_builds.py "${models[@]}" -o "$out" "${ahead[@]}"
