#!/usr/bin/env bash
# Builds engines with a real TensorRT for RTX for GPUs that are not there, and checks what comes out.
#     build_ahead.sh skymask-build-engine model.onnx folder
set -euo pipefail
program=$1 model=$2 folder=$3
rm -rf "$folder"
mkdir -p "$folder"
for capability in 8.6 8.9 12.0; do
    engine="$folder/$capability.engine"
    "$program" "$model" -o "$engine" --compute-capability "$capability"
    head -c 17 "$engine" | grep -q "SKYMASK ENGINE 1"
    [ "$(stat -c %s "$engine")" -gt 1000000 ] || { echo "$engine is too small" >&2; exit 1; }
done
# 3.5 is no compute capability that it knows: refused, exit code 2, and no file.
status=0
"$program" "$model" -o "$folder/none.engine" --compute-capability 3.5 || status=$?
[ "$status" -eq 2 ] && [ ! -e "$folder/none.engine" ]
