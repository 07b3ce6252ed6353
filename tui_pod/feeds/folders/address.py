"""The address of a folder: a `file:` address, under which it is kept like that of a feed. Reads nothing."""

from __future__ import annotations

import os
import shlex
from urllib.parse import quote, unquote_to_bytes

SCHEME = "file://"

_PATH_STARTS = ("/", "~", "./", "../")


def is_folder(address: str) -> bool:
    """Return whether an address is of a folder or file of this machine."""
    return address.startswith(f"{SCHEME}/")


def is_path(text: str) -> bool:
    """Return whether what is typed begins as a path does, whatever is there."""
    return text.startswith(_PATH_STARTS) or text in (".", "..")


def to_address(path: str) -> str:
    """Return the address of an absolute path."""
    return SCHEME + quote(os.fsencode(path))


def to_path(address: str) -> str:
    """Return the path of a `file:` address."""
    return os.fsdecode(unquote_to_bytes(address.removeprefix(SCHEME).removeprefix("localhost")))


def typed_path(text: str, is_shell: bool = False) -> str | None:
    """Return the absolute path that something typed names; None when it is no path.

    Args:
        text: what was typed or dropped on the terminal, which may quote it as a shell does.
        is_shell: whether a bare name counts too, if there is such a file here.
    """
    text = text.strip()
    if text.startswith(SCHEME):
        return to_path(text) if "\0" not in to_path(text) else None
    if text[:1] in ("'", '"') or ("\\ " in text and not os.path.exists(os.path.expanduser(text))):
        try:
            text = " ".join(shlex.split(text))
        except ValueError:  # a quote without its other half
            return None
    if not text or "\0" in text or not (is_path(text) or (is_shell and os.path.exists(text))):
        return None
    return os.path.abspath(os.path.expanduser(text))
