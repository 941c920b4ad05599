"""ONNX Runtime's build for NVIDIA GPUs: how to get it, and what hides it.

The packages onnxruntime and onnxruntime-gpu hold the same files, and skymask requires the first: pip installs it beside
the second, over its files, and nothing says so.
"""

from __future__ import annotations

from collections.abc import Collection
from importlib.metadata import PackageNotFoundError, version

COMMANDS = ("pip uninstall -y onnxruntime", "pip install --force-reinstall --no-deps onnxruntime-gpu")
"""What puts the GPU build in the place of the plain one, whichever of the two were installed."""
REMEDY = ", then ".join(f"'{command}'" for command in COMMANDS)
HIDDEN = "onnxruntime and onnxruntime-gpu are both installed, and the first is what runs"


def is_hidden(devices: Collection[str]) -> bool:
    """Whether the GPU build is installed, and the plain one over it.

    Args:
        devices: What ONNX Runtime offers here.
    """
    try:
        return bool(version("onnxruntime") and version("onnxruntime-gpu")) and "cuda" not in devices
    except PackageNotFoundError:
        return False
