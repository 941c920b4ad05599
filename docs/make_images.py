"""Draws the pictures of the README and the docs from built-in scenes and the shipped model."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

import skymask
from skymask.data.synthetic import render
from skymask.video import yuv
from skymask.video.overlay import compose

FOLDER = Path(__file__).parent / "images"


def main() -> None:
    """Writes `images/scene.jpg`: a frame, and beside it the frame with its sky in blue."""
    FOLDER.mkdir(exist_ok=True)
    scene = render(723, (432, 640), "water")
    with skymask.load() as sky:
        picture = yuv.to_rgb(compose(yuv.from_rgb(scene.image), sky(scene.image), "side-by-side"))
    Image.fromarray(picture).save(FOLDER / "scene.jpg", quality=88)


if __name__ == "__main__":
    main()
