"""The steps of an export, in order: checkpoint, graph, ONNX, comparison, metadata, file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Literal

import onnx

from skymask.contract import Frames, ModelInfo
from skymask.data.manifest import Sample, read_manifest
from skymask.errors import InputError
from skymask.export.fold import fold_sums
from skymask.export.graph import EngineGraph, SkyGraph
from skymask.export.half import to_half
from skymask.export.onnx import add_info, store_half, to_onnx
from skymask.export.verify import Parity, compare, real_frames, require, synthetic_frames
from skymask.files import check_distinct, writing
from skymask.revision import commit
from skymask.training.checkpoint import Checkpoint, load_checkpoint
from skymask.training.config import TrainConfig

Precision = Literal["fp32", "fp16", "int8"]
CALIBRATION_FRAMES = 200


def export(
    checkpoint_path: Path, output: Path, version: str, frames: Path | None = None, precision: Precision = "fp32"
) -> Parity:
    """Exports a checkpoint to one ONNX file that follows the contract.

    Args:
        checkpoint_path: A safetensors file of `skymask train`.
        output: The ONNX file to write; an older one is replaced once the new one has been verified.
        version: Version of the weights, such as "1.0.0".
        frames: Manifest with the photographs for the comparison; by default the run's validation manifests. For int8
            the ranges of values are measured on the run's training images, or on built-in scenes where they are gone.
        precision: What the network computes in; both ends stay in float32.

    Returns:
        How close the file is to the torch module.

    Raises:
        InputError: The checkpoint or the photographs are missing, or `output` is a file that is read.
        ModelError: The checkpoint is damaged, or the exported model differs from it.
        OutputError: The file cannot be written.
    """
    if output.suffix != ".onnx":
        raise InputError(f"The output must be an .onnx file; got {output}.")
    read = {checkpoint_path: "the checkpoint"} | ({frames: "the manifest of frames"} if frames else {})
    check_distinct([("output", output)], read)
    checkpoint = load_checkpoint(checkpoint_path)
    manifests = [frames] if frames else list(checkpoint.config.data.val)
    samples = [sample for path in manifests for sample in read_manifest(path)]
    graph = SkyGraph(checkpoint.network, checkpoint.working_size, checkpoint.config.threshold).eval()
    slim = EngineGraph(fold_sums(checkpoint.network), checkpoint.working_size, checkpoint.config.threshold).eval()
    model = _in_precision(to_onnx(slim), precision, checkpoint.config)
    parity = compare(graph, model.SerializeToString(), chain(synthetic_frames(), real_frames(samples)), precision)
    require(parity, precision)
    add_info(model, _info(checkpoint, version, parity, precision))
    with writing(output) as part:
        part.write_bytes(model.SerializeToString())
    return parity


def _in_precision(model: onnx.ModelProto, precision: Precision, config: TrainConfig) -> onnx.ModelProto:
    if precision == "int8":
        from skymask.export.int8 import to_int8

        model = to_int8(model, _calibration_frames(_present(config.data.train)))
    elif precision == "fp16":
        to_half(model)
    else:
        store_half(model.graph)
    onnx.checker.check_model(model)
    return model


def _calibration_frames(samples: list[Sample]) -> Iterator[Frames]:
    return real_frames(samples, CALIBRATION_FRAMES) if samples else synthetic_frames()


def _present(manifests: Sequence[Path]) -> list[Sample]:
    there = [path for path in manifests if os.path.exists(path)]  # noqa: PTH110 - Path.exists raises in locked folders
    return [sample for path in there for sample in read_manifest(path)]


def _info(checkpoint: Checkpoint, version: str, parity: Parity, precision: Precision) -> ModelInfo:
    config = checkpoint.config
    sources = {sample.source for sample in _present(config.data.train)}
    val = checkpoint.metrics.get("val", {"sources": {}})
    return ModelInfo(
        name=config.name if precision == "fp32" else f"{config.name}-{precision}",
        version=version,
        license="Apache-2.0",
        working_size=checkpoint.working_size,
        training_data=", ".join(sorted(sources)) or "unknown: the training manifests are gone",
        commit=commit() or "unknown: not a git checkout",
        metrics={source: round(row["iou"], 4) for source, row in val["sources"].items() if row["iou"] is not None},
        parity={key: float(value) for key, value in asdict(parity).items()},
    )
