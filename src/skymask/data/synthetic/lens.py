"""What a real camera adds to a picture: glow, softness, falling off to the corners, noise. The alpha stays as it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from skymask.data.synthetic.noise import smoothstep


@dataclass(frozen=True)
class Lens:
    """The flaws of one camera; constant over a clip, but for the noise."""

    bloom: float
    """Strength of the glow around bright things."""
    blur_px: float
    """Radius of the softness at a shorter side of 480 pixels."""
    vignette: float
    """Share of light lost in the corners."""
    gain: tuple[float, float, float]
    """Exposure and white balance."""
    noise: float
    """Deviation of the noise in grey levels."""

    def expose(self, image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Returns the photograph.

        Args:
            image: float32 [H, W, 3], display RGB, 0 to 1; is overwritten.
            rng: Draws the noise.

        Returns:
            uint8 [H, W, 3], RGB.
        """
        height, width = image.shape[:2]
        image += np.float32(self.bloom) * _glow(image) * (1 - 0.7 * image)
        rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None] ** 2
        columns = np.linspace(-1, 1, width, dtype=np.float32)[None, :] ** 2
        image *= (1 - self.vignette * 0.5 * (rows + columns))[..., None]
        image *= np.array(self.gain, np.float32)
        shoulder = image > 0.9
        image[shoulder] = 0.9 + 0.1 * np.tanh((image[shoulder] - 0.9) / 0.1)
        picture = Image.fromarray(np.clip(image * 255 + 0.5, 0, 255).astype(np.uint8))
        radius = self.blur_px * min(height, width) / 480
        soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(radius)), np.float32)
        grain = rng.standard_normal((height, width), np.float32)[..., None]
        speckle = rng.standard_normal((height, width, 3), np.float32)
        shot = 0.5 + soft * np.float32(0.5 / 128)
        noisy = soft + np.float32(self.noise) * (0.75 * grain + 0.5 * speckle) * shot
        return np.asarray(np.clip(noisy + 0.5, 0, 255), np.uint8)


def lens_for(rng: np.random.Generator, night: float) -> Lens:
    """Draws a camera; by night it is noisier."""
    exposure, tint = float(rng.uniform(0.9, 1.08)), float(rng.normal(0, 0.015))
    return Lens(
        bloom=float(rng.uniform(0.06, 0.18) + 0.25 * night),
        blur_px=float(rng.uniform(0.15, 0.55)),
        vignette=float(rng.uniform(0.0, 0.22)),
        gain=(exposure * (1 + tint), exposure, exposure * (1 - tint)),
        noise=float(rng.uniform(0.6, 2.2) + night * rng.uniform(0.5, 3.5)),
    )


def _glow(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Light spilled around bright places, blurred at an eighth of the size."""
    height, width = image.shape[:2]
    small = (max(1, width // 8), max(1, height // 8))
    bright = image * smoothstep(0.86, 1.0, image.max(axis=2))[..., None]
    picture = Image.fromarray((np.clip(bright, 0, 1) * 255).astype(np.uint8)).resize(small, Image.Resampling.BOX)
    blurred = picture.filter(ImageFilter.GaussianBlur(max(small) / 40)).resize(
        (width, height), Image.Resampling.BILINEAR
    )
    return np.asarray(np.asarray(blurred, np.float32) / 255, np.float32)
