from __future__ import annotations

from skymask.bench.machine import machine, versions


def test_the_machine_and_the_versions() -> None:
    found = machine()
    assert found["cpu"]
    assert found["cores"] >= 1
    assert found["memory_gib"] is None or found["memory_gib"] > 0.1
    assert {"python", "skymask", "numpy", "av"} <= set(versions())
