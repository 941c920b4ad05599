"""Memory that stays with the process: on a CPU, a training step otherwise waits for the system to clear it anew."""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Names and numbers of glibc's `mallopt`."""
LARGEST_BLOCK = 2**31 - 1
NEVER = -1


def keep_memory() -> None:
    """Makes the C library keep what tensors free, instead of handing it back to the system.

    glibc by itself maps blocks of more than 32 MB afresh each time, and activations of a batch are larger; the system
    then clears their pages again in every step. Afterwards they come from the heap, which is never trimmed: the process
    keeps the peak of its memory to its end. What that gains, and costs, is in docs/decisions/training-loop.md. Nothing
    changes where the C library has no such settings (macOS, Windows, musl).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGEST_BLOCK)
        mallopt(M_TRIM_THRESHOLD, NEVER)
