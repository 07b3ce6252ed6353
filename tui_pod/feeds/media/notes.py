"""Read and write the small JSON files that lie beside recordings."""

from __future__ import annotations

import json
import os
import secrets
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


def write_note(path: Path, data: Mapping[str, Any]) -> None:
    """Replace a note in one step.

    Raises:
        OSError: it cannot be written.
    """
    temp = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        temp.write_text(json.dumps(data), "utf-8")
        os.replace(temp, path)
    finally:
        temp.unlink(missing_ok=True)


def text_of(data: Mapping[str, Any], key: str) -> str | None:
    """Return a value of a note if it is text and not empty, else None."""
    value = data.get(key)
    return value if isinstance(value, str) and value else None
