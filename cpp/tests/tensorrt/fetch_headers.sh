#!/usr/bin/env bash
# Fetches what the TensorRT engine and its tests are built with, into a folder outside the repository:
#
#     cpp/tests/tensorrt/fetch_headers.sh FOLDER
#
#     FOLDER/tensorrt-10, tensorrt-11   NvInfer.h and NvOnnxParser.h of github.com/NVIDIA/TensorRT (Apache-2.0)
#     FOLDER/tensorrt-10-pypi           where those cannot be had: NvInfer.h of 10.14 from PyPI, which has no NvOnnxParser.h;
#                                       the tests' own stands in, and a program built with it refuses real parsers
#     FOLDER/rtx-1.4, rtx-1.6           those of TensorRT for RTX (Apache-2.0), as github.com/rustnn/trtx-rs keeps them
#     FOLDER/cuda                       cuda_runtime_api.h, from NVIDIA's packages on PyPI
#     FOLDER/cuda-libs                  libcudart.so.13, from the same package (NVIDIA's licence)
#     FOLDER/rtx-libs-1.4, rtx-libs-1.7 TensorRT for RTX itself, to build engines ahead of time (NVIDIA's licence)
#     FOLDER/options.cmake              all of it as CMake options: cmake --preset tensorrt -C FOLDER/options.cmake
#
# Everything is checked: commits by their hashes, packages by SHA-256. What cannot be had is reported as SKIPPED; the
# exit code is 77 then, 0 where all of it is there, 1 where something is not what it should be. Mirrors of the two
# repositories can be named with TENSORRT_GIT and TENSORRT_RTX_HEADERS_GIT, another pip with PIP.
set -uo pipefail
[ $# -eq 1 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
pip=${PIP:-python3 -m pip}
tensorrt_git=${TENSORRT_GIT:-https://github.com/NVIDIA/TensorRT.git}
rtx_git=${TENSORRT_RTX_HEADERS_GIT:-https://github.com/rustnn/trtx-rs.git}
skipped=0
export GIT_TERMINAL_PROMPT=0

skip() {
    echo "SKIPPED: $1 cannot be had here"
    skipped=1
}

# headers NAME REPOSITORY COMMIT PATH: one folder of one commit.
headers() {
    local name=$1 repository=$2 commit=$3 path=$4 work
    [ -e "$folder/$name/NvOnnxParser.h" ] && return
    work=$(mktemp -d "$folder/.git.XXXXXX")
    git init -q --bare "$work"
    if git -C "$work" fetch -q --depth 1 "$repository" "$commit" 2>"$work/log" &&
        git -C "$work" archive -o "$work/tree.tar" "$commit" "$path"; then
        mkdir -p "$work/tree"
        tar -xf "$work/tree.tar" -C "$work/tree"
        mv "$work/tree/$path" "$folder/$name"
    else
        skip "$name ($repository)"
    fi
    rm -rf "$work"
}

# package NAME REQUIREMENT SHA256 FOLDER: one folder of a wheel.
package() {
    local name=$1 requirement=$2 sha256=$3 inside=$4 work wheel
    [ -e "$folder/$name/.have-$sha256" ] && return
    work=$(mktemp -d "$folder/.wheel.XXXXXX")
    if ! $pip download -q --no-deps --only-binary=:all: -d "$work" "$requirement" >"$work/log" 2>&1; then
        skip "$name ($requirement)"
        rm -rf "$work"
        return
    fi
    wheel=$(echo "$work"/*.whl)
    if [ "$(sha256sum "$wheel" | cut -d' ' -f1)" != "$sha256" ]; then
        echo "$requirement is not the file that was expected: its SHA-256 is not $sha256" >&2
        rm -rf "$work"
        exit 1
    fi
    python3 -m zipfile -e "$wheel" "$work/tree"
    mkdir -p "$folder/$name"
    cp -R "$work/tree/$inside/." "$folder/$name/"
    touch "$folder/$name/.have-$sha256"
    rm -rf "$work"
}

headers tensorrt-10 "$tensorrt_git" 52399f555c2f80cb690a4a558b604e1a5f227e7c include
headers tensorrt-11 "$tensorrt_git" 82d1dca801c8318a5605399d5240780d0679e4e1 include
headers rtx-1.4 "$rtx_git" eaab89a99ec0bbd9ac84e6c99a8daeb82880f3b5 trtx-sys/TensorRT-Headers/TRT-RTX-1.4
headers rtx-1.6 "$rtx_git" eaab89a99ec0bbd9ac84e6c99a8daeb82880f3b5 trtx-sys/TensorRT-Headers/TRT-RTX-1.6
package cuda nvidia-cuda-runtime==13.0.96 \
    7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548 nvidia/cu13/include
package cuda nvidia-cuda-crt==13.0.88 \
    2c8043c7c9e02492716426e9919fc78d2c5b3b2a7a768a88e952676b08aa55a4 nvidia/cu13/include
package cuda-libs nvidia-cuda-runtime==13.0.96 \
    7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548 nvidia/cu13/lib
package rtx-libs-1.4 tensorrt-rtx-cu13-libs==1.4.0.76 \
    736d89b60514f997fc23c729534f2721c01b4791d8b88ae75a4c1f8e9fa4eda6 tensorrt_rtx_libs
package rtx-libs-1.7 tensorrt-rtx-cu13-libs==1.7.1.116 \
    e3fd45fed001240d63304e77a2d4006319b839994237cb294b6e7ad72acaabcd tensorrt_rtx_libs
if [ ! -e "$folder/tensorrt-10" ]; then
    package tensorrt-10-pypi kernel-lens==2.0.1 \
        07cc714e8b5e7f34b672f7c7fad93febe7c747be5837ba276b1527370134ffe0 kernel_lens/include/tensorrt
    [ ! -e "$folder/tensorrt-10-pypi" ] || cp "$here/parser_stand_in/NvOnnxParser.h" "$folder/tensorrt-10-pypi/"
fi

includes="" libraries=""
tensorrt_10=tensorrt-10
[ -e "$folder/tensorrt-10" ] || tensorrt_10=tensorrt-10-pypi
for name in tensorrt-11 "$tensorrt_10" rtx-1.6 rtx-1.4; do
    [ -e "$folder/$name/NvInfer.h" ] && includes="$includes;$folder/$name"
done
for name in rtx-libs-1.4 rtx-libs-1.7; do
    [ -e "$folder/$name/libtensorrt_rtx.so.1" ] && libraries="$libraries;$folder/$name"
done
cuda=""
[ -e "$folder/cuda/cuda_runtime_api.h" ] && [ -e "$folder/cuda/crt" ] && cuda="$folder/cuda"
cat >"$folder/options.cmake" <<END
set(SKYMASK_TENSORRT_INCLUDE_DIR "${includes#;}" CACHE STRING "")
set(SKYMASK_CUDA_INCLUDE_DIR "$cuda" CACHE PATH "")
set(SKYMASK_TENSORRT_RTX_FOLDERS "${libraries#;}" CACHE STRING "")
END
[ "$skipped" -eq 0 ] || exit 77
