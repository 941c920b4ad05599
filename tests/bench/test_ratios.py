from __future__ import annotations

from skymask.bench.ratios import ratios
from skymask.bench.rows import Row
from skymask.bench.turn import Turn

SMALL, LARGE = (480, 640), (1080, 1920)
FAST = Row("infer", SMALL, "fast", "onnxruntime", 2)
FAST_LARGE = Row("infer", LARGE, "fast", "onnxruntime", 2)
ONE_THREAD = Row("infer", SMALL, "fast", "onnxruntime", 1)
UNET = Row("unet-torch", SMALL, None, "torch", 2)
FILE, RECODE = Row("file", SMALL, "fast", "onnxruntime", 2), Row("recode", SMALL)
SHOW = Row("show", SMALL, "fast", "onnxruntime", 2)
CORE, DENSE = Row("core", None, "fast", "onnxruntime", 2), Row("dense", None, "fast", "numpy", 2)


def latency(*values_ms: float) -> list[Turn]:
    return [Turn(1, 1000 / value_ms, 0.1, p50_ms=value_ms, operations_per_s=1e12 / value_ms) for value_ms in values_ms]


def rate(*values: float) -> list[Turn]:
    return [Turn(10, value, 0.1) for value in values]


def test_every_number_has_its_baseline() -> None:
    found = ratios(
        {
            FAST: latency(10, 20),
            FAST_LARGE: latency(20, 60),
            ONE_THREAD: latency(15, 30),
            UNET: latency(2000, 5000),
            FILE: rate(50, 60),
            RECODE: rate(100, 100),
            SHOW: latency(20, 40),
            CORE: latency(8, 8),
            DENSE: latency(4, 6),
        }
    )
    values = {
        (each["of"], each["over"]): (each["quantity"], each["median"], each["min"], each["max"]) for each in found
    }
    assert values == {
        (UNET.name, FAST.name): ("latency", 225, 200, 250),
        (FAST_LARGE.name, FAST.name): ("latency", 2.5, 2, 3),
        (FILE.name, RECODE.name): ("frames/s", 0.55, 0.5, 0.6),
        (SHOW.name, FAST.name): ("frames/s", 0.5, 0.5, 0.5),
        (CORE.name, DENSE.name): ("operations/s", 0.625, 0.5, 0.75),
    }


def test_what_has_no_baseline_has_no_ratio() -> None:
    assert ratios({FILE: rate(50), CORE: latency(8), UNET: latency(2000)}) == []
