"""Seeded pictures of outdoor scenes with exact sky alpha, made with NumPy and Pillow alone.

from skymask.data.synthetic import render

scene = render(seed=7, kind="dusk")
scene.image, scene.alpha  # uint8 [480, 640, 3] RGB, uint8 [480, 640] with 255 = sky
"""

from skymask.data.synthetic.clip import clip
from skymask.data.synthetic.dataset import write_dataset
from skymask.data.synthetic.scene import SCENE_KINDS, Scene, render

__all__ = ["SCENE_KINDS", "Scene", "clip", "render", "write_dataset"]
