"""Read the small JSON files that lie beside recordings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui_pod.runtime.files import read_bytes

LIMIT = 100_000
"""Largest note that is read, in bytes."""


def read_note(path: Path) -> Mapping[str, Any]:
    """Return the table in a note; empty if the file is missing or damaged."""
    try:
        data = json.loads(read_bytes(path, LIMIT))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def text_of(data: Mapping[str, Any], key: str) -> str | None:
    """Return a value of a note if it is text and not empty, else None."""
    value = data.get(key)
    return value if isinstance(value, str) and value else None
