"""The report of a run: what became of each photograph, and how much sky was seen in it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from skymask.files import write_text
from skymask.masks.segment import Outcome, Status
from skymask.runtime.stats import Verdict


@dataclass(frozen=True)
class Row:
    """One photograph; None stands for what is not known."""

    photograph: str
    """The photograph's path, with forward slashes."""
    status: str
    """written, skipped or failed."""
    mask: str | None
    """The mask's path; None where it failed."""
    model: str | None
    """Name and version of the model that made the mask."""
    sky_share: float | None
    """Share of pixels that are sky, 0 to 1. This and what follows is what the model saw, also of a skipped mask."""
    verdict: Verdict | None
    """none, some or all: less than 1 % of sky, more than 99 %, or in between."""
    confidence: float | None
    """0 to 1, see `skymask.SkyStats`."""
    error: str | None
    """Why it failed."""

    @classmethod
    def of(cls, outcome: Outcome) -> Row:
        """Tells what became of a photograph."""
        origin = outcome.origin
        return cls(
            photograph=outcome.job.photograph.as_posix(),
            status=outcome.status.value,
            mask=None if outcome.status is Status.FAILED else outcome.job.mask.as_posix(),
            model=None if origin is None else origin.model,
            sky_share=None if origin is None else round(origin.sky.sky_share, 4),
            verdict=None if origin is None else origin.sky.verdict,
            confidence=None if origin is None else round(origin.sky.confidence, 4),
            error=None if outcome.error is None else str(outcome.error),
        )


@dataclass(frozen=True)
class Report:
    """What `--report` writes, as JSON with these keys."""

    layout: str
    """Name of the layout."""
    model: str
    """Name and version of the model."""
    engine: str
    """Engine, its version, the device it ran on, and its threads."""
    asked: int
    """Photographs that were asked for; `photographs` has fewer where the run was interrupted, and may lack a few masks
    that were being written then."""
    seconds: float
    """Wall time; loading the model is not in it."""
    photographs: list[Row]
    """One entry a photograph, in the order of the plan."""

    def write(self, path: Path) -> None:
        """Writes the report as JSON.

        Raises:
            OutputError: The file cannot be written.
        """
        write_text(path, json.dumps(asdict(self), indent=2) + "\n")
