"""libmpv itself: opened as `mpv_options` says, and its errors in a listener's words."""

from __future__ import annotations

import contextlib
import ctypes.util
import locale
import os
import re
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_pod.audio.mpv_options import OPTIONAL, OPTIONS
from tui_pod.core.actions import key_of
from tui_pod.core.text.clean import clean

if TYPE_CHECKING:
    from mpv import MPV

NO_SOUND_DEVICE = -14
"""mpv's error when no audio output can be opened (client.h: MPV_ERROR_AO_INIT_FAILED)."""

UNKNOWN_FORMAT = -17
"""mpv's error for a file that is no media it may open (MPV_ERROR_UNKNOWN_FORMAT)."""

NOTHING_TO_PLAY = -16
"""mpv's error for media without sound, or none after the place to start at (MPV_ERROR_NOTHING_TO_PLAY)."""

_NO_SOUND_RATE = re.compile(r"Audio .*\b\d{1,3} ?Hz\b")
"""What libmpv logs of a track with fewer samples a second than any device plays, or any recording has."""

INSTALL_HINTS = {
    "apt-get": "sudo apt-get install libmpv2",
    "dnf": "sudo dnf install mpv-libs",
    "pacman": "sudo pacman -S mpv",
    "brew": "brew install mpv",
}
"""How to install libmpv, by the package manager's command."""

M_ARENA_MAX = -8
"""The number of glibc's option for how many heaps threads share."""


def open_mpv(ao: str | None, log: Callable[[str, str, str], None] | None = None, **extra: str) -> MPV:
    """Return a libmpv handle set up by `OPTIONS`.

    Raises:
        OSError: there is no libmpv, or it cannot be loaded.
        AttributeError, ValueError, TypeError: it does not know an option that safety needs.
    """
    _load_without_stall()
    import mpv  # loads libmpv, which may be missing

    locale.setlocale(locale.LC_NUMERIC, "C")  # libmpv ends the process under another one
    options = {**OPTIONS, **({"ao": ao} if ao else {}), **extra}
    player = mpv.MPV(log_handler=log, loglevel="info", **options)
    for name, value in OPTIONAL.items():
        try:
            player[name] = value
        except AttributeError:
            continue  # this version has no such option, and so no such feature
    release_memory()  # a megabyte that opening leaves behind
    return player


def release_memory() -> None:
    """Return free memory of the C library to the system, where possible (glibc)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _load_without_stall() -> None:
    """Load libmpv with the interpreter free for the screen: a plain import holds it for a tenth of a second."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_ARENA_MAX, 1)  # else each of its threads keeps memory of its own
    name = ctypes.util.find_library("mpv")
    if name is not None:
        loader = libc.dlopen
        loader.restype = ctypes.c_void_p
        loader(name.encode(), os.RTLD_NOW)


def explain_missing(error: Exception) -> str:
    """Return why libmpv cannot be used and the command that mends it."""
    command = next((hint for tool, hint in INSTALL_HINTS.items() if shutil.which(tool)), "install mpv")
    if isinstance(error, OSError) and "Cannot find" in str(error):
        return f"Sound needs libmpv, which is not installed. Run: {command} — then start tui-pod again."
    return f"libmpv cannot be used ({clean(str(error), 120)}). Run: {command} — then start tui-pod again."


def cause(error: int, log: str) -> int:
    """Return mpv's error for what is at fault: the file where no device could play it."""
    return UNKNOWN_FORMAT if error == NO_SOUND_DEVICE and _NO_SOUND_RATE.search(log) else error


def explain_failure(error: int, log: str) -> str:
    """Return what a failed load means to a listener, by mpv's error and what its log said before."""
    if error == NO_SOUND_DEVICE:
        return "No sound device works. Connect or enable one, or start with --ao null to go on in silence."
    if error == UNKNOWN_FORMAT:
        return "That is not audio that tui-pod plays (mp3, m4a, ogg, opus, flac, wav, webm). Your position is saved."
    if error == NOTHING_TO_PLAY:
        return f"There is nothing to play in it from here. Press {key_of('episode.restart')} for the start."
    if "No such file" in log or "Cannot open file" in log:
        return "The file cannot be opened: it is gone or not readable. Your position is saved."
    again = f"press {key_of('episode.play')} to try again"
    return f"The audio cannot be opened. Check the address and the network, then {again}."
