"""What every inference engine offers; the segmenter, the video pipeline and the tests know nothing else of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from skymask.contract import Alphas, Frames


@dataclass(frozen=True)
class EngineDescription:
    """Which engine runs where, as it turned out (not as it was asked for)."""

    engine: str
    """"onnxruntime" or "openvino"."""
    version: str
    """Version of the engine's library."""
    device: str
    """"cpu", "cuda", "tensorrt", or the OpenVINO device's name in lower case."""
    threads: int | None
    """Threads for one inference; None where the engine decides."""

    @property
    def library(self) -> str:
        """Name and version of the engine."""
        return f"{self.engine} {self.version}"

    def __str__(self) -> str:
        """Says it for people and reports: "onnxruntime 1.23.0 on cpu, 2 threads"."""
        threads = f", {self.threads} thread{'' if self.threads == 1 else 's'}" if self.threads else ""
        return f"{self.library} on {self.device}{threads}"


class Engine(Protocol):
    """A loaded model that can be run.

    Implementations are safe to call from several threads, one call at a time each.
    """

    def run(self, frames: Frames) -> Alphas:
        """Computes the sky's alpha.

        Args:
            frames: uint8 [N, H, W, 3], RGB, C-contiguous, H and W at least 32. Already checked.

        Returns:
            uint8 [N, H, W], 255 surely sky, 0 surely not. A new array that the caller owns.
        """
        ...

    def describe(self) -> EngineDescription:
        """Returns which engine, version, device and thread count are in use."""
        ...

    def close(self) -> None:
        """Frees the model. Calling `run` afterwards is an error; closing twice is not."""
        ...
