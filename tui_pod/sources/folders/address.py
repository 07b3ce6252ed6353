"""The `file:` address of a folder, stored like the address of a feed. Reads nothing."""

from __future__ import annotations

from tui_pod.net.file_address import SCHEME as SCHEME
from tui_pod.net.file_address import is_path as is_path
from tui_pod.net.file_address import to_address as to_address
from tui_pod.net.file_address import to_path as to_path
from tui_pod.net.file_address import typed_path as typed_path


def is_folder(address: str) -> bool:
    """Return True for the address of a folder or file on this machine."""
    return address.startswith(f"{SCHEME}/")
