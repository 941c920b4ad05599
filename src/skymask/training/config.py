"""The training configuration: a TOML file, checked when read, unknown keys refused with the nearest known one."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, field_validator, model_validator

from skymask.contract import MIN_SIDE
from skymask.data.augment import AugmentConfig
from skymask.errors import ConfigError, InputError, suggest
from skymask.files import reaching
from skymask.models import NAMES

Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
FrameSide = Annotated[int, Field(ge=MIN_SIDE)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataConfig(_Section):
    """What is trained and validated on."""

    train: tuple[Path, ...] = Field(min_length=1, description="Manifests; relative paths start at the working folder.")
    corrections: Path | None = Field(
        None, description="CSV of training images looked at by people; those whose label is wrong are left out."
    )
    val: tuple[Path, ...] = Field(min_length=1, description="Manifests of other cameras, scenes and photographs.")
    samples_per_epoch: int = Field(gt=0, description="Draws with replacement, over all devices.")
    balance: float = Field(0.5, ge=0, le=1, description="A source's share grows with its size to this power.")
    weights: dict[str, Weight] = Field(default_factory=dict, description="Further factor for single sources.")
    workers: int = Field(2, ge=0, description="Processes that load and vary images, per device.")


class StageConfig(_Section):
    """A part of the run at one size; later stages see more detail."""

    epochs: int = Field(gt=0)
    working_size: tuple[PositiveInt, PositiveInt] = Field(
        description="Height and width at which the network looks, in pixels; multiples of 32."
    )
    frame_size: tuple[FrameSide, FrameSide] = Field(
        description="Height and width of the frame, where the loss is taken."
    )


class OptimiserConfig(_Section):
    """AdamW with a warm-up, then half a cosine down to zero."""

    batch_size: int = Field(16, gt=0, description="Images a step, per device.")
    learning_rate: float = Field(1e-3, gt=0)
    encoder_factor: float = Field(0.3, gt=0, description="The pretrained encoder learns at this share of the rate.")
    weight_decay: float = Field(0.02, ge=0)
    warmup_steps: int = Field(100, ge=0)
    clip_norm: float = Field(1.0, gt=0, description="Largest norm of the gradient.")
    ema_decay: float = Field(0.998, ge=0, lt=1, description="Of the averaged weights that are validated and kept.")


class LossConfig(_Section):
    """Binary cross-entropy, heavier near the border, plus Dice, plus the texture of alpha."""

    boundary_weight: float = Field(3.0, ge=0, description="Added to the weight 1 of pixels near the border.")
    boundary_width: int = Field(9, gt=0, description="Width of that band in pixels, odd.")
    dice_weight: float = Field(0.5, ge=0)
    texture_weight: float = Field(0.0, ge=0, description="Share of the variation of alpha away from the border.")

    @field_validator("boundary_width")
    @classmethod
    def _is_odd(cls, width: int) -> int:
        if width % 2 == 0:
            raise ValueError(
                f"the band lies around a pixel, its width must be odd; got {width}: {width - 1} or {width + 1}"
            )
        return width


class TrainConfig(_Section):
    """A whole training run."""

    name: str = Field(description="Short name of the model.")
    network: str = Field(description=f"One of: {', '.join(NAMES)}.")
    pretrained: bool = Field(False, description="Start the encoder from ImageNet weights.")
    init: Path | None = Field(
        None,
        description="Start from this checkpoint or exported ONNX file or shipped model (by name) of the same network; "
        "'accurate' starts from one of its own or of 'fast', which becomes both its looks.",
    )
    first_look: Path | None = Field(
        None, description="For 'accurate': a model of 'fast' in place of the first look that `init` has."
    )
    seed: int = 0
    precision: Literal["fp32", "bf16", "fp16"] = Field(
        "fp32", description="Autocast type, fp16 on a GPU alone; weights stay fp32."
    )
    data: DataConfig
    threshold: float = Field(0.5, gt=0, lt=1, description="Probability from which a pixel counts as sky.")
    stages: tuple[StageConfig, ...] = Field(min_length=1)
    optimiser: OptimiserConfig = OptimiserConfig()
    loss: LossConfig = LossConfig()
    augment: AugmentConfig = AugmentConfig()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.network not in NAMES:
            raise ValueError(f"there is no network '{self.network}'. {suggest(self.network, NAMES)}")
        if self.first_look and not (self.network == "accurate" and self.init):
            raise ValueError("first_look replaces a part of the network 'accurate' and needs its `init`")
        for stage in self.stages:
            if any(side % 32 for side in stage.working_size):
                raise ValueError(f"working_size {stage.working_size} must be multiples of 32")
        return self

    @property
    def epochs(self) -> int:
        """Epochs of all stages together."""
        return sum(stage.epochs for stage in self.stages)

    def stage(self, epoch: int) -> StageConfig:
        """Returns the stage that an epoch, counted from 0, belongs to."""
        for stage in self.stages:
            if epoch < stage.epochs:
                return stage
            epoch -= stage.epochs
        raise IndexError(epoch)


def load_config(path: Path, overrides: Sequence[tuple[str, Any]] = ()) -> TrainConfig:
    """Reads a configuration.

    Args:
        path: TOML file.
        overrides: Dotted keys with values that replace the file's, such as ("optimiser.batch_size", 8).

    Raises:
        InputError: There is no such file, or it cannot be reached.
        ConfigError: It is not TOML, or a key is unknown, missing or out of range.
    """
    with reaching(path):
        if not path.is_file():
            raise InputError(f"There is no configuration at {path}. Examples are in the folder configs/.")
        content = path.read_bytes()
    try:
        values = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from None
    for key, value in overrides:
        _override(values, key, value)
    return parse_config(values, str(path))


def parse_config(values: dict[str, Any], where: str) -> TrainConfig:
    """Checks values, as from TOML or from a checkpoint.

    Raises:
        ConfigError: A key is unknown, missing or out of range; names it and the nearest known key.
    """
    try:
        return TrainConfig.model_validate(values)
    except ValidationError as error:
        problems = "; ".join(_explain(problem) for problem in error.errors())
        raise ConfigError(f"{where}: {problems}") from None


def _override(values: dict[str, Any], key: str, value: Any) -> None:
    *sections, last = key.split(".")
    for section in sections:
        values = values.setdefault(section, {})
        if not isinstance(values, dict):
            raise ConfigError(f"'{key}' does not lead to a value: '{section}' is not a section.")
    values[last] = value


def _explain(problem: Any) -> str:
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"unknown key '{place}'. {suggest(str(problem['loc'][-1]), _known_keys(problem['loc'][:-1]))}"
    message = problem["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else str(message)


def _known_keys(path: tuple[Any, ...]) -> list[str]:
    section: Any = TrainConfig
    for part in path:
        section = StageConfig if isinstance(part, int) else section.model_fields[part].annotation
    return list(section.model_fields)
