"""Augmentation: one affine warp for the geometry, one look-up table a channel for the tones, then what cameras add.

Geometry is composed into a single matrix, so that a picture is resampled once however many changes it gets; tones are
composed into a single table, so that brightness, contrast, gamma, cast and night cost one pass together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from io import BytesIO
from typing import Annotated

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveFloat
from torch import Tensor
from torchvision.transforms.v2 import functional as tv

GROUND_SCALE = (0.3, 0.7)
"""Side of a crop without sky, as a share of the image: walls, roads and water near by, with some of what is around."""
GROUND_TRIES = 6

Crop = tuple[tuple[float, float], tuple[float, float]]
"""Centre (x, y) and size (width, height), in pixels."""


def _in_order(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"the first bound must not be larger than the second; got {list(bounds)}")
    return bounds


Range = Annotated[tuple[PositiveFloat, PositiveFloat], AfterValidator(_in_order)]
"""Smallest and largest of numbers above 0."""


class AugmentConfig(BaseModel):
    """How training images are varied. Probabilities are per image."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rotation_deg: float = Field(20.0, ge=0, le=180, description="Largest rotation either way.")
    horizontal_flip: float = Field(0.5, ge=0, le=1)
    vertical_flip: float = Field(0.02, ge=0, le=1, description="Rare: a sky below is hardly ever true.")
    scale: Range = Field((0.5, 1.15), description="Side of the crop as a share of the image; > 1 pads.")
    aspect: Range = Field((0.75, 1.333), description="Change of the crop's width over height.")
    ground_crop: float = Field(0.0, ge=0, le=1, description="A closer crop of what is below or beside the sky.")
    tone: float = Field(0.8, ge=0, le=1, description="Brightness, contrast, gamma and colour cast.")
    night: float = Field(0.08, ge=0, le=1, description="Strong darkening with a colour cast.")
    saturation: float = Field(0.4, ge=0, le=1)
    grey: float = Field(0.1, ge=0, le=1, description="No colour at all, as infrared cameras see.")
    sky_swap: float = Field(0.0, ge=0, le=1, description="The sky of another image behind the foreground.")
    haze: float = Field(0.15, ge=0, le=1, description="Blend towards a grey veil, stronger towards the top.")
    blur: float = Field(0.12, ge=0, le=1)
    noise: float = Field(0.25, ge=0, le=1)
    jpeg: float = Field(0.25, ge=0, le=1)


@dataclass(frozen=True)
class Labelled:
    """An image with its labels, as tensors of one size."""

    image: Tensor
    """uint8 [3, H, W], RGB."""
    alpha: Tensor
    """uint8 [H, W], 255 sky."""
    valid: Tensor
    """bool [H, W], where the label holds."""


def augment(
    image: NDArray[np.uint8],
    alpha: NDArray[np.uint8],
    valid: NDArray[np.bool_],
    size_hw: tuple[int, int],
    config: AugmentConfig,
    rng: np.random.Generator,
) -> Labelled:
    """Varies one labelled image.

    Args:
        image: uint8 [H, W, 3], RGB.
        alpha: uint8 [H, W].
        valid: bool [H, W].
        size_hw: Height and width of the result.
        config: What to vary.
        rng: The only source of chance: the same state gives the same result.

    Returns:
        The varied image with its labels; what the warp brings in from outside the image is black and not valid.
    """
    matrix = _random_affine(alpha, size_hw, config, rng)
    warped = _warp(image, matrix, size_hw, Image.Resampling.BILINEAR)
    new_alpha = _warp(alpha, matrix, size_hw, Image.Resampling.BILINEAR)
    new_valid = _warp(valid.astype(np.uint8) * 255, matrix, size_hw, Image.Resampling.BILINEAR) > 250
    if rng.random() < config.haze:
        warped = _haze(warped, rng)
    warped = _tones(warped, config, rng)
    pixels = torch.from_numpy(np.ascontiguousarray(warped.transpose(2, 0, 1)))
    return Labelled(_camera(pixels, config, rng), torch.from_numpy(new_alpha), torch.from_numpy(new_valid))


def _random_affine(
    alpha: NDArray[np.uint8], out_hw: tuple[int, int], config: AugmentConfig, rng: np.random.Generator
) -> NDArray[np.float64]:
    """The 3x3 matrix from output pixels to input pixels (x, y, 1)."""
    out_h, out_w = out_hw
    crop = _ground_crop(alpha, config, rng) if config.ground_crop and rng.random() < config.ground_crop else None
    (centre_x, centre_y), (crop_w, crop_h) = crop or _crop(alpha.shape, config.scale, config, rng)
    flip_x = -1 if rng.random() < config.horizontal_flip else 1
    flip_y = -1 if rng.random() < config.vertical_flip else 1
    angle = math.radians(rng.uniform(-config.rotation_deg, config.rotation_deg))
    cos, sin = math.cos(angle), math.sin(angle)
    to_unit = np.array([[1 / out_w, 0, -0.5], [0, 1 / out_h, -0.5], [0, 0, 1]])
    to_crop = np.diag([crop_w * flip_x, crop_h * flip_y, 1.0])
    rotate = np.array([[cos, -sin, centre_x], [sin, cos, centre_y], [0, 0, 1]])
    return np.asarray(rotate @ to_crop @ to_unit)


def _crop(in_hw: tuple[int, ...], scale: tuple[float, float], config: AugmentConfig, rng: np.random.Generator) -> Crop:
    in_h, in_w = in_hw
    side = rng.uniform(*scale)
    stretch = math.sqrt(math.exp(rng.uniform(*np.log(config.aspect))))
    crop_w, crop_h = in_w * side * stretch, in_h * side / stretch
    centre_x = in_w / 2 + rng.uniform(-0.5, 0.5) * max(in_w - crop_w, 0)
    centre_y = in_h / 2 + rng.uniform(-0.5, 0.5) * max(in_h - crop_h, 0)
    return (centre_x, centre_y), (crop_w, crop_h)


def _ground_crop(alpha: NDArray[np.uint8], config: AugmentConfig, rng: np.random.Generator) -> Crop | None:
    """A crop without sky before it is turned, or none where a few tries find none."""
    for _ in range(GROUND_TRIES):
        (x, y), (width, height) = crop = _crop(alpha.shape, GROUND_SCALE, config, rng)
        rows = slice(max(int(y - height / 2), 0), math.ceil(y + height / 2))
        columns = slice(max(int(x - width / 2), 0), math.ceil(x + width / 2))
        if not alpha[rows, columns].any():
            return crop
    return None


def _warp(
    array: NDArray[np.uint8], matrix: NDArray[np.float64], size_hw: tuple[int, int], method: Image.Resampling
) -> NDArray[np.uint8]:
    coefficients = tuple(matrix[:2].ravel())
    picture = Image.fromarray(array)
    return np.array(picture.transform(size_hw[::-1], Image.Transform.AFFINE, coefficients, method))


def _haze(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    veil = rng.uniform(150, 250) + rng.uniform(-8, 8, size=3)
    strength = rng.uniform(0.2, 0.85)
    fall = rng.uniform(0.0, 0.8)  # how much clearer the bottom is than the top
    rows = strength * (1 - fall * np.linspace(0, 1, image.shape[0]))[:, None, None]
    return (image * (1 - rows) + veil * rows).astype(np.uint8)


def _tones(image: NDArray[np.uint8], config: AugmentConfig, rng: np.random.Generator) -> NDArray[np.uint8]:
    levels = np.repeat(np.linspace(0, 1, 256)[:, None], 3, axis=1)
    if rng.random() < config.tone:
        contrast, gain = rng.uniform(0.6, 1.4), rng.uniform(0.65, 1.5)
        levels = np.clip((levels - 0.5) * contrast + 0.5, 0, 1) * gain * rng.uniform(0.88, 1.12, size=3)
        levels = np.clip(levels, 0, 1) ** math.exp(rng.uniform(-0.5, 0.5))
    if rng.random() < config.night:
        cast = np.array([rng.uniform(0.6, 1.3), rng.uniform(0.7, 1.1), rng.uniform(0.6, 1.3)])
        levels = levels ** rng.uniform(1.5, 3.0) * rng.uniform(0.25, 0.8) * cast
    table = np.clip(levels * 255, 0, 255).astype(np.uint8)
    return np.stack([table[:, channel][image[..., channel]] for channel in range(3)], axis=2)


def _camera(image: Tensor, config: AugmentConfig, rng: np.random.Generator) -> Tensor:
    if rng.random() < config.saturation:
        image = tv.adjust_saturation(image, rng.uniform(0.3, 1.6))
    if rng.random() < config.grey:
        image = tv.rgb_to_grayscale(image, num_output_channels=3)
    if rng.random() < config.blur:
        image = tv.gaussian_blur(image, [5, 5], [rng.uniform(0.4, 1.8)])
    if rng.random() < config.noise:
        sigma = rng.uniform(2, 18)
        noise = torch.from_numpy(rng.standard_normal(image.shape, dtype=np.float32) * sigma)
        image = (image + noise).clamp(0, 255).to(torch.uint8)
    if rng.random() < config.jpeg:
        image = _jpeg(image, quality=int(rng.integers(20, 85)))
    return image


def _jpeg(image: Tensor, quality: int) -> Tensor:
    buffer = BytesIO()
    Image.fromarray(image.permute(1, 2, 0).numpy()).save(buffer, "jpeg", quality=quality)
    return torch.from_numpy(np.array(Image.open(buffer))).permute(2, 0, 1).contiguous()
