"""skymask cuts the sky out of colour images and live video.

    import skymask

    sky = skymask.load()  # the shipped model on the best engine present
    alpha = sky(frame)  # uint8 [H, W, 3] RGB -> uint8 [H, W], 255 = sky
    skymask.stats(alpha).verdict  # "none", "some" or "all"

For the frames of a video, in order, a `TemporalFilter` takes out flicker: `alpha = steady(frame, sky(frame))`.

Importing this package is light and silent; engines are imported by `load`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skymask.runtime.segmenter import Segmenter, load
    from skymask.runtime.stats import SkyStats, stats
    from skymask.runtime.temporal import TemporalFilter

__version__ = "0.1.0"
__all__ = ["Segmenter", "SkyStats", "TemporalFilter", "__version__", "load", "stats"]

_MODULE_OF = {
    "Segmenter": "segmenter",
    "load": "segmenter",
    "SkyStats": "stats",
    "stats": "stats",
    "TemporalFilter": "temporal",
}


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(importlib.import_module(f"skymask.runtime.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"module 'skymask' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
