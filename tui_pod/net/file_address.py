"""The `file:` address of a path, and the paths that typed texts mean. Reads nothing."""

from __future__ import annotations

import os
import shlex
from urllib.parse import quote, unquote_to_bytes

SCHEME = "file://"

_PATH_STARTS = ("/", "~", "./", "../")


def is_path(text: str) -> bool:
    """Return True if a typed text starts like a path, whether or not it exists."""
    return text.startswith(_PATH_STARTS) or text in (".", "..")


def to_address(path: str) -> str:
    """Return the address of an absolute path."""
    return SCHEME + quote(os.fsencode(path))


def to_path(address: str) -> str:
    """Return the path of a `file:` address."""
    return os.fsdecode(unquote_to_bytes(address.removeprefix(SCHEME).removeprefix("localhost")))


def path_of(address: str) -> str | None:
    """Return the path of a `file:` address; None for any other address."""
    return to_path(address) if address.startswith(f"{SCHEME}/") else None


def typed_path(text: str, is_shell: bool = False) -> str | None:
    """Return the absolute path that a typed text means; None if it is not a path.

    The text was typed, or dropped on the terminal, which may quote it like a shell. With `is_shell`, a bare name counts
    too if such a file exists.
    """
    text = text.strip()
    if text.startswith(SCHEME):
        return to_path(text) if "\0" not in to_path(text) else None
    if text[:1] in ("'", '"') or ("\\ " in text and not os.path.exists(os.path.expanduser(text))):
        try:
            text = " ".join(shlex.split(text))
        except ValueError:  # an unclosed quote
            return None
    if not text or "\0" in text or not (is_path(text) or (is_shell and os.path.exists(text))):
        return None
    return os.path.abspath(os.path.expanduser(text))
