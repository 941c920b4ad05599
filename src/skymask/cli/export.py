"""`skymask export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter


def export(
    checkpoint: Path,
    /,
    *,
    output: Annotated[Path, Parameter(alias="-o")],
    weights_version: str = "0.0.0",
    frames: Path | None = None,
    precision: Literal["fp32", "fp16", "int8"] = "fp32",
) -> None:
    """Export a trained network to one ONNX file.

    The file takes a frame of any size and returns its sky mask; resizing, normalisation and edge-aware upsampling are
    inside. It is compared with the trained network before it is written, and refused if the two differ.

    Examples:
        skymask export runs/fast/best.safetensors -o fast.onnx
        skymask export runs/fast/best.safetensors -o fast.onnx --weights-version 1.2.0
        skymask export runs/fast/best.safetensors -o fast-fp16.onnx --precision fp16

    Args:
        checkpoint: A .safetensors file that 'skymask train' wrote.
        output: The .onnx file to write.
        weights_version: Version to store in the file.
        frames: Manifest with photographs for the comparison. Default: the run's validation manifests.
        precision: What the network computes in. fp32 is for everything; fp16 is for TensorRT; int8, for OpenVINO and
            TensorRT, measures ranges of values on the run's training images: score it before use.
    """
    from skymask.export.export import export as run

    parity = run(checkpoint, output, weights_version, frames, precision)
    print(
        f"{output}: {output.stat().st_size / 1e6:.1f} MB; compared on {parity.frames} frames: largest difference "
        f"{parity.max_grey_levels} grey levels, at most {parity.share_above_2:.3%} of a frame's pixels above 2"
    )
