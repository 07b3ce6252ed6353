"""Ask libmpv for what the tags of files lack: length, chapters, title. Runs in a process with limits."""

from __future__ import annotations

import queue
from collections.abc import Iterable
from typing import Any, NamedTuple

from tui_pod.audio.libmpv import NoPlayer, address_for, open_mpv, read_chapters
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.text.clean import clean

PATIENCE = 5.0
"""Seconds to wait for libmpv to open or close one file; it takes 0.002 to 0.01 s."""


class FileContents(NamedTuple):
    """What libmpv tells of a file."""

    duration: float = 0.0
    """Seconds; 0 if libmpv cannot tell."""
    chapters: tuple[Chapter, ...] = ()
    title: str = ""


def read_contents(paths: Iterable[str]) -> dict[str, FileContents]:
    """Return the contents of files. Call it through `LimitedProcesses`.

    Without libmpv the result is empty; if it stops answering, the remaining files are left out.
    """
    try:
        mpv = open_mpv("null", pause="yes", demuxer_max_bytes="1MiB", demuxer_max_back_bytes="0")
    except NoPlayer:  # the player says what is wrong
        return {}
    from mpv import MpvEventID  # loads libmpv, which may be missing

    opened = queue.Queue[bool]()  # whether a file was opened, or closed

    def note(event: Any) -> None:
        if event.event_id.value in (MpvEventID.FILE_LOADED, MpvEventID.END_FILE):
            opened.put(event.event_id.value == MpvEventID.FILE_LOADED)

    found: dict[str, FileContents] = {}
    try:
        mpv.register_event_callback(note)
        for path in paths:
            found[path] = FileContents()
            mpv.play(address_for(mpv, path))
            if opened.get(timeout=PATIENCE):
                tags = {name.lower(): text for name, text in (mpv.metadata or {}).items()}
                found[path] = FileContents(mpv.duration or 0.0, read_chapters(mpv), clean(tags.get("title", ""), 300))
                mpv.command("stop")
                opened.get(timeout=PATIENCE)
    except (queue.Empty, SystemError):
        pass
    finally:
        mpv.terminate()
    return found
