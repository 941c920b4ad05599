"""Large pages: on a CPU, a training step otherwise spends up to half its time waiting for memory in small ones."""

from __future__ import annotations

import os


def use_large_pages() -> None:
    """Lets torch ask Linux for 2 MB pages for its large tensors.

    Activations of a batch are larger than what the C library keeps, so that every step gets their memory anew, and the
    system clears it page by page. torch reads the setting when it makes its first tensor: later, nothing changes; nor
    does anything where the system has no large pages to give. A value that the environment has already is left alone.
    What it gains is in docs/decisions/training-loop.md.
    """
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
