"""What a test has found, which it cannot go on without."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def present(found: T | None) -> T:
    """Return what was found; fail if nothing was."""
    assert found is not None
    return found
