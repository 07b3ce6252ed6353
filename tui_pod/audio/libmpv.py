"""libmpv itself: opening it with the options in `mpv_options`, and explaining its errors to a listener."""

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
from tui_pod.audio.ogg import read_links
from tui_pod.core.actions import key_of
from tui_pod.core.errors import UserError
from tui_pod.core.player.snapshot import MAX_CHAPTERS, Chapter
from tui_pod.core.text.clean import clean
from tui_pod.runtime.files import open_regular

if TYPE_CHECKING:
    from mpv import MPV

NO_SOUND_DEVICE = -14
"""mpv's error when no audio output can be opened (client.h: MPV_ERROR_AO_INIT_FAILED)."""

UNKNOWN_FORMAT = -17
"""mpv's error for a file in no format that it may open (MPV_ERROR_UNKNOWN_FORMAT)."""

NOTHING_TO_PLAY = -16
"""mpv's error for media without sound, or without any after the start position (MPV_ERROR_NOTHING_TO_PLAY)."""

NO_FILTER = "Audio filter initialized failed"
"""What libmpv logs when it lacks one of the filters it is given."""

_NO_SOUND_RATE = re.compile(r"^(?:(?!Audio ).)*+Audio .*\b\d{1,3} ?Hz\b", re.MULTILINE)
"""What libmpv logs about a track with fewer samples per second than any device plays, or any real recording has."""

INSTALL_HINTS = {
    "apt-get": "sudo apt-get install libmpv2",
    "dnf": "sudo dnf install mpv-libs",
    "pacman": "sudo pacman -S mpv",
    "brew": "brew install mpv",
}
"""How to install libmpv, by the package manager's command."""

M_TRIM_THRESHOLD, TRIM_THRESHOLD = -1, 128 * 1024
"""Number and value in bytes of the glibc option that returns the free end of a heap to the system.

The value is glibc's first one. Unless it is set, it rises to megabytes, and each heap keeps 10 MB of a former file.
"""

M_ARENA_MAX = -8
"""Number of the glibc option that limits how many heaps threads use."""


class NoPlayer(UserError):
    """libmpv is missing or cannot be used; the message says why, and which command fixes it."""

    def __init__(self, error: Exception) -> None:
        is_missing = isinstance(error, OSError) and "Cannot find" in str(error)
        unusable = f"libmpv cannot be used ({clean(str(error), 120)})."
        self.reason = "Sound needs libmpv, which is not installed." if is_missing else unusable
        self.fix = next((hint for tool, hint in INSTALL_HINTS.items() if shutil.which(tool)), "install mpv")
        super().__init__(f"{self.reason} Run: {self.fix}, then restart tui-pod.")


def open_mpv(ao: str | None, log: Callable[[str, str, str], None] | None = None, **extra: str) -> MPV:
    """Return a libmpv handle set up by `OPTIONS`.

    Raises NoPlayer if there is no libmpv, it cannot be loaded, or it lacks an option that is needed for safety.
    """
    options = {**OPTIONS, **({"ao": ao} if ao else {}), **extra}
    try:
        _load_without_stall()
        import mpv  # loads libmpv, which may be missing

        locale.setlocale(locale.LC_NUMERIC, "C")  # libmpv aborts the process with any other
        player = mpv.MPV(log_handler=log, loglevel="info", **options)
    except (OSError, AttributeError, ValueError, TypeError) as error:
        raise NoPlayer(error) from error
    for name, value in OPTIONAL.items():
        try:
            player[name] = value
        except AttributeError:  # this version has nothing that it turns off
            if log is not None:
                log("info", "tui-pod", f"libmpv has no {name}")
    release_memory()  # frees a megabyte that opening leaves behind
    return player


def address_for(mpv: MPV, path: str) -> str:
    """Return the address by which libmpv plays a recording as a whole, and prepare libmpv for it.

    libavformat ends with the first recording of a chained Ogg file, so it gets an address with all of them. That refers
    to nothing but parts of the file, and Ogg itself cannot refer to another one.
    """
    links = list[tuple[int, int, float]]()
    if path.startswith("/"):
        with contextlib.suppress(OSError), open(open_regular(path, os.O_RDONLY), "rb", buffering=0) as file:
            links = read_links(file.fileno())
    mpv["demuxer"], mpv["access-references"] = ("edl", True) if links else ("lavf", False)
    parts = [(f"slice://{start}-{end}@{path}", seconds) for start, end, seconds in links]
    named = ";".join(f"%{len(os.fsencode(part))}%{part},0,{seconds:.6f}" for part, seconds in parts)
    return f"edl://!no_chapters;{named}" if links else path


def release_memory() -> None:
    """Return the C library's free memory to the system, if possible (glibc)."""
    with contextlib.suppress(OSError):
        if (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:  # of glibc alone
            trim(0)


def _load_without_stall() -> None:
    """Load libmpv without holding the GIL: a plain import would stall the screen for a tenth of a second."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_TRIM_THRESHOLD, TRIM_THRESHOLD)
        libc.mallopt(M_ARENA_MAX, 1)  # else each of its threads has a heap of its own
    name = ctypes.util.find_library("mpv")
    if name is not None:
        loader = libc.dlopen
        loader.restype = ctypes.c_void_p
        loader(name.encode(), os.RTLD_NOW)


def cause(error: int, log: str) -> int:
    """Return the real error: if no device plays such a low sample rate, the format is at fault."""
    return UNKNOWN_FORMAT if error == NO_SOUND_DEVICE and _NO_SOUND_RATE.search(log) else error


def explain_failure(error: int, log: str) -> str:
    """Return a failed load's reason for the listener, from mpv's error and its log."""
    if error == NO_SOUND_DEVICE:
        return "No sound device works. Connect or enable one, or start with --ao null for no sound."
    if error == UNKNOWN_FORMAT:
        return "tui-pod cannot play this format, only mp3, m4a, ogg, opus, flac, wav and webm. Your position is saved."
    if error == NOTHING_TO_PLAY:
        return f"There is nothing to play from here on. Press {key_of('episode.restart')} to start from the beginning."
    if "No such file" in log or "Cannot open file" in log:
        return "The file cannot be opened: it is missing or not readable. Your position is saved."
    again = f"press {key_of('episode.play')} to try again"
    return f"The audio cannot be opened. Check the address and the network, then {again}."


def read_chapters(mpv: MPV) -> tuple[Chapter, ...]:
    """Return the chapters of the open file in order, at most `MAX_CHAPTERS`.

    They are read one by one: a file may have 400,000, and a list of all would take a gigabyte.
    """
    entries = (getattr(mpv, f"chapter-list/{number}") for number in range(min(mpv.chapters or 0, MAX_CHAPTERS)))
    found = [Chapter(float(entry.get("time", 0.0)), clean(str(entry.get("title", "")))) for entry in entries]
    return tuple(sorted(found, key=lambda chapter: chapter.start))
