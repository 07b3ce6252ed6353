"""Where the words of episodes lie on this machine: files of a catalogue, and copies of what feeds refer to.

Calls wait for the disk. Nothing is fetched.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import MAX_CHARS, Cue, read_cues

REMOTE = "remote"
"""Folder in the cache with the copies of what feeds refer to."""


class Words(NamedTuple):
    """The words of an episode, not read yet."""

    file: Path
    stamp: str
    """Tells them from what was there before."""

    def read(self) -> list[Cue]:
        """Return the cues; none when the file is gone."""
        try:
            with self.file.open("rb") as file:
                cues = read_cues(file.read(MAX_CHARS).decode("utf-8", "replace"))
        except OSError:
            return []
        return sorted(cues, key=lambda cue: cue.start or 0.0) if cues and cues[0].start is not None else cues


class WordSources:
    """The words and notes that are here."""

    def __init__(self, data: Path, cache: Path) -> None:
        self._data = data
        self._remote = cache / REMOTE
        self._has_copies = self._remote.is_dir()
        self.folders: dict[Path, None] = {self._remote: None}
        """Where words lie, or may lie one day."""

    def words(self, episode: Episode) -> Words | None:
        """Return where the words of an episode are; None: not here."""
        if episode.transcript is None:
            return None
        if "://" not in episode.transcript:
            file = Path(episode.transcript)
            self.folders[file.parent] = None
        elif self._has_copies:
            from tui_pod.feeds.media.documents import copy_name  # brings OpenSSL, only for who has podcasts

            file = self._remote / copy_name(episode.transcript)
        else:
            return None
        try:
            found = os.stat(file)
        except OSError:
            return None
        return Words(file, f"{episode.transcript} {found.st_mtime_ns} {found.st_size}")

    def notes(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the show notes of those of these episodes that have any, as HTML."""
        from tui_pod.feeds.store.library import read_notes  # only who fills needs it

        return read_notes(self._data, ids)


def folders_stamp(folders: Sequence[str]) -> str:
    """Return what changes when words come into one of these folders, or are replaced there."""
    times = []
    for folder in folders:
        try:
            times.append(os.stat(folder).st_mtime_ns)
        except OSError:
            times.append(0)
    return repr(times)
