"""The queue between two stages."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from skymask.video.channel import Channel, EndOfChannel


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_order_is_kept_and_the_end_comes_last() -> None:
    channel: Channel[int] = Channel(3)
    for number in range(3):
        assert channel.put(number)
    channel.finish()
    assert [channel.get() for _ in range(3)] == [0, 1, 2]
    for _ in range(2):
        with pytest.raises(EndOfChannel):
            channel.get()


def test_an_error_comes_after_what_was_put_before_it() -> None:
    channel: Channel[int] = Channel(3)
    channel.put(1)
    channel.finish(OSError("gone"))
    assert channel.get() == 1
    with pytest.raises(OSError, match="gone"):
        channel.get()


def test_a_full_channel_makes_the_writer_wait() -> None:
    channel: Channel[int] = Channel(1)
    channel.put(0)
    writer = in_thread(lambda: channel.put(1))
    writer.join(0.05)
    assert writer.is_alive()
    assert channel.get() == 0
    writer.join(10)
    assert channel.get() == 1


@pytest.mark.parametrize("side", ["writer", "reader"])
def test_cancelling_wakes_whoever_waits(side: str) -> None:
    channel: Channel[int] = Channel(1)
    outcome: list[object] = []

    def write() -> None:
        channel.put(0)
        outcome.append(channel.put(1))

    def read() -> None:
        try:
            channel.get()
        except EndOfChannel as end:
            outcome.append(end)

    waiting = in_thread(write if side == "writer" else read)
    waiting.join(0.05)
    channel.cancel()
    waiting.join(10)
    assert not waiting.is_alive()
    assert outcome == [False] if side == "writer" else isinstance(outcome[0], EndOfChannel)
    assert channel.put(2) is False
