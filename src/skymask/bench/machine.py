"""What a number is worth nothing without: the machine and the versions."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import skymask
from skymask.runtime.cpus import usable_cpus

PACKAGES = ("numpy", "av", "onnxruntime", "onnxruntime-gpu", "openvino", "torch", "opencv-python")


def machine() -> dict[str, Any]:
    """Returns `cpu`, `cores` (that this process may use), `memory_gib` and `system`."""
    return {"cpu": _cpu(), "cores": usable_cpus(), "memory_gib": _memory_gib(), "system": platform.platform()}


def versions() -> dict[str, str]:
    """Returns the versions of Python, skymask, and those of `PACKAGES` that are installed."""
    found = {"python": platform.python_version(), "skymask": skymask.__version__}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _memory_gib() -> float | None:
    if "SC_PHYS_PAGES" not in getattr(os, "sysconf_names", {}):
        return None
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
