"""Makes the frames and masks that the C++ tests compare with: synthetic scenes and the reference engine's answer.

    python make_golden.py MODEL.onnx FOLDER

Writes NAME.ppm (the frame, RGB), NAME.pgm (its mask by ONNX Runtime) and manifest.json. Does nothing where FOLDER was
made by the same model, renderer and script.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skymask.contract import THRESHOLD
from skymask.data import synthetic
from skymask.data.synthetic import render
from skymask.runtime.onnxruntime import OnnxRuntimeEngine, version

# Name, height, width, seed: even and odd sides, portrait, the smallest frame, HD and 4K.
FRAMES = (
    ("smallest_32x32", 32, 32, 20),
    ("vga_640x480", 480, 640, 2),
    ("odd_641x479", 479, 641, 3),
    ("odd_333x257", 257, 333, 4),
    ("portrait_360x640", 640, 360, 11),
    ("wide_1024x96", 96, 1024, 12),
    ("hd_1920x1080", 1080, 1920, 7),
    ("uhd_3840x2160", 2160, 3840, 8),
)
RENDERED_LIMIT = 1920  # larger frames are rendered at half the size: a scene of 4K takes seconds, and gains nothing


def main(model: Path, folder: Path) -> None:
    """Makes what is missing or out of date in the folder."""
    key = fingerprint(model)
    manifest = folder / "manifest.json"
    if manifest.exists() and json.loads(manifest.read_text()).get("key") == key:
        return
    folder.mkdir(parents=True, exist_ok=True)
    engine = OnnxRuntimeEngine(model, "cpu", threads=len(os.sched_getaffinity(0)))
    entries = []
    for name, height, width, seed in FRAMES:
        frame = scene(height, width, seed)
        mask = engine.run(frame[np.newaxis])[0]
        share = float((mask > THRESHOLD).mean())
        if not 0.1 < share < 0.9:
            sys.exit(
                f"The mask of {name} is sky on {share:.0%} of its pixels and would prove little; take another seed."
            )
        write_netpbm(folder / f"{name}.ppm", b"P6", frame)
        write_netpbm(folder / f"{name}.pgm", b"P5", mask)
        entries.append({"name": name, "width": width, "height": height, "frame": f"{name}.ppm", "mask": f"{name}.pgm"})
    # Written last: a folder with a manifest is complete.
    unfinished = folder / "manifest.json.part"
    unfinished.write_text(json.dumps({"key": key, "onnxruntime": version(), "frames": entries}, indent=1) + "\n")
    unfinished.replace(manifest)


def fingerprint(model: Path) -> str:
    """Returns a hash of all that the frames and masks depend on."""
    digest = hashlib.sha256(version().encode())
    renderer = sorted(Path(synthetic.__file__).parent.glob("*.py"))
    for file in (Path(__file__), model, *renderer):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def scene(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """Returns a frame, uint8 [height, width, 3] RGB."""
    factor = 2 if max(height, width) > RENDERED_LIMIT else 1
    image = render(seed, (height // factor, width // factor)).image
    return np.ascontiguousarray(image.repeat(factor, axis=0).repeat(factor, axis=1))


def write_netpbm(path: Path, magic: bytes, pixels: NDArray[np.uint8]) -> None:
    """Writes a binary PPM ("P6") or PGM ("P5")."""
    height, width = pixels.shape[:2]
    path.write_bytes(magic + f"\n{width} {height}\n255\n".encode() + pixels.tobytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
