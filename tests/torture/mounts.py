"""File systems of a trial's own, in a mount namespace that nothing else sees."""

import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

CLONE_NEWNS = 0x00020000


@cache
def leave_mounts() -> None:
    """Give this process, which has one thread, mounts of its own."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS):
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)


@contextlib.contextmanager
def mounted(folder: Path, *arguments: str) -> Iterator[Path]:
    """Have something mounted on a folder: what `arguments` of mount(8) say."""
    leave_mounts()
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", *arguments, str(folder)], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)


def why_not() -> str:
    """Return why nothing can be mounted here."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return "needs Linux and unshare"
    if os.geteuid() != 0:
        return "needs root, to mount a small file system"
    tried = subprocess.run(
        ["unshare", "-m", "sh", "-c", "mount --make-rprivate / && mount -t tmpfs tmpfs /mnt"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return "" if tried.returncode == 0 else "nothing may be mounted here"
