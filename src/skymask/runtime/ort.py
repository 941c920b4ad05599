"""ONNX Runtime, imported here and nowhere else.

Its official builds name the machine to Microsoft as soon as they are imported, and keep a database of events in the
user's cache folder, unless the environment forbids it.
"""

from __future__ import annotations

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime as ort  # reads the environment when it is imported
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

__all__ = ["ort", "ort_errors"]
