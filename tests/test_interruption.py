"""Ctrl-C reaches this process, and not those that it has started to work for it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from skymask.interruption import kept_from_children

ASKS = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))"


def is_kept_from_a_child() -> bool:
    return subprocess.run([sys.executable, "-c", ASKS], capture_output=True, text=True, check=True).stdout == "True\n"


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="no signal masks on this system")
def test_children_started_in_the_block_do_not_get_ctrl_c() -> None:
    with kept_from_children():
        assert is_kept_from_a_child()
    assert not is_kept_from_a_child()


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="no signal masks on this system")
def test_ctrl_c_in_the_block_comes_after_it() -> None:
    came: list[str] = []

    def press() -> None:
        with kept_from_children():
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            came.append("the rest of the block")

    with pytest.raises(KeyboardInterrupt):
        press()
    assert came
