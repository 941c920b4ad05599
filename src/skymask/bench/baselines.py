"""What skymask is compared with, as far as it needs no torch: the exported U-Net, and a plain matrix product.

The files they read are made by `torch_baselines.prepare`, in another process: the memory that takes is not theirs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from skymask.bench.material import Material
from skymask.bench.rows import Row
from skymask.bench.tasks import infer
from skymask.bench.turn import Turn, time_calls
from skymask.runtime.onnxruntime import session_options
from skymask.runtime.ort import ort


def unet_onnx(row: Row, material: Material, bout_s: float, start_s: float) -> Turn:
    """The U-Net exported like any model of skymask's, so that only the network differs."""
    assert row.size_hw is not None, "the U-Net looks at frames"
    return infer(replace(row, model=str(material.unet(row.size_hw))), material, bout_s, start_s)


def core(row: Row, material: Material, bout_s: float, start_s: float) -> Turn:
    """The network of a model alone, on random numbers, in ONNX Runtime."""
    assert row.model is not None, "a core belongs to a model"
    options = session_options(row.threads or 1)
    session = ort.InferenceSession(str(material.core(row.model)), options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]
    shape = [side if isinstance(side, int) else 1 for side in entry.shape]
    given = {entry.name: np.random.default_rng(0).standard_normal(shape).astype(np.float32)}
    session.run(None, given)
    return _with_operations(time_calls(lambda: session.run(None, given), bout_s), _operations(material, row.model))


def dense(row: Row, material: Material, bout_s: float, start_s: float) -> Turn:
    """A product of two square float32 matrices with as many operations as a model's core."""
    assert row.model is not None, "the product is as large as a model's core"
    side = max(1, round((_operations(material, row.model) / 2) ** (1 / 3)))
    random = np.random.default_rng(0)
    left, right = (random.standard_normal((side, side)).astype(np.float32) for _ in range(2))
    product = np.empty((side, side), np.float32)
    np.matmul(left, right, out=product)
    return _with_operations(time_calls(lambda: np.matmul(left, right, out=product), bout_s), 2 * side**3)


def _operations(material: Material, model: str) -> int:
    return int(material.operations(model).read_text(encoding="ascii"))


def _with_operations(turn: Turn, operations: int) -> Turn:
    assert turn.p50_ms is not None, "calls have latencies"
    return replace(turn, operations_per_s=1000 * operations / turn.p50_ms)
