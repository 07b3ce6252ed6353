"""Memory that the C library keeps for later."""

from __future__ import annotations

import contextlib
import ctypes


def give_back() -> None:
    """Have the C library give back what it keeps, where it can (glibc)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
