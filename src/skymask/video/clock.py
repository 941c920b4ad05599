"""Time stamps of a stream whose clock may be set back."""

from __future__ import annotations

from fractions import Fraction

RESET_S = Fraction(1, 2)  # steps back that are smaller are disorder, which leaves the later time stamps right


class Clock:
    """Goes on where the clock of a stream is set back, as it is where broadcasts are joined."""

    def __init__(self, time_base: Fraction, zero: int) -> None:
        """Args:
        time_base: Seconds per tick.
        zero: The tick that counts as zero.
        """
        self._time_base = time_base
        self._shift = -zero
        self._latest: int | None = None

    def read(self, ticks: int, step: int) -> int:
        """Returns the time of a time stamp, in ticks since zero.

        Args:
            ticks: The time stamp.
            step: How long after the latest time the stream goes on where the clock was set back, in ticks.
        """
        time = ticks + self._shift
        if self._latest is not None and (self._latest - time) * self._time_base > RESET_S:
            self._shift += self._latest + step - time
            time = self._latest + step
        self._latest = time if self._latest is None else max(self._latest, time)
        return time
