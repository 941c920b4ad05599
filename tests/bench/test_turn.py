from __future__ import annotations

import pytest

from skymask.bench.turn import time_calls, time_pass, with_peak


class Clock:
    """Goes on only when told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_latencies_rates_and_processor_time() -> None:
    clock, cpu = Clock(), Clock()
    durations_s = iter([0.1, 0.1, 0.1, 0.2, 0.5, 9.0])

    def call() -> None:
        seconds = next(durations_s)
        clock.now_s += seconds
        cpu.now_s += 2 * seconds  # two threads

    turn = time_calls(call, 0.55, clock, cpu)
    assert turn.frames == 5, "no call begins after the bout"
    assert turn.p50_ms == pytest.approx(100)
    assert turn.p95_ms == pytest.approx(440)
    assert turn.frames_per_s == pytest.approx(5 / 1.0)
    assert turn.cpu_s_per_frame == pytest.approx(2 * 1.0 / 5)


def test_what_is_slower_than_a_bout_is_called_once_and_has_no_percentile() -> None:
    clock = Clock()

    def call() -> None:
        clock.now_s += 3.5

    turn = time_calls(call, 0.7, clock, clock)
    assert (turn.frames, turn.p50_ms, turn.p95_ms) == (1, pytest.approx(3500), None)


def test_a_whole_clip_has_a_rate_and_no_latency() -> None:
    clock = Clock()

    def run() -> int:
        clock.now_s += 2
        return 50

    turn = time_pass(run, clock, clock)
    assert (turn.frames_per_s, turn.cpu_s_per_frame, turn.p50_ms) == (25, 0.04, None)


def test_peak_memory_is_in_mib() -> None:
    peak = with_peak(time_pass(lambda: 1)).peak_mib
    assert peak is None or 10 < peak < 100_000
