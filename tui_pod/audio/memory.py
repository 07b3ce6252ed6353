"""Memory that the C library keeps for later."""

from __future__ import annotations

import contextlib
import ctypes


def release_memory() -> None:
    """Return free memory of the C library to the system, where possible (glibc)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
