"""skymask cuts the sky out of colour images and live video.

    import skymask

    sky = skymask.load()  # the shipped model on the best engine present
    alpha = sky(frame)  # uint8 [H, W, 3] RGB -> uint8 [H, W], 255 = sky

Importing this package is light and silent; engines are imported by `load`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skymask.runtime.segmenter import Segmenter, load

__version__ = "0.1.0"
__all__ = ["Segmenter", "__version__", "load"]


def __getattr__(name: str) -> Any:
    if name in ("Segmenter", "load"):
        from skymask.runtime import segmenter

        return getattr(segmenter, name)
    raise AttributeError(f"module 'skymask' has no attribute '{name}'")
