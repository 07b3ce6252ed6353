"""Where the words of episodes lie on this machine: files of a catalogue, and copies of what feeds refer to.

Calls wait for the disk. Nothing is fetched.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import MAX_BYTES, Cue, is_cut, read_cues
from tui_pod.speech.transcript_files import RECOGNISED, TranscriptFiles

REMOTE = "remote"
"""Folder in the cache with the copies of what feeds refer to."""

RECOGNISED_STAMP = "recognised"
"""Begins the stamp of recognised words."""


class UnreadWords(NamedTuple):
    """The words of an episode, not read yet."""

    file: Path
    stamp: str
    """Tells them from what was there before."""

    def read(self) -> tuple[list[Cue], bool]:
        """Return the cues, and whether there are more than are read; none when the file is gone."""
        try:
            with self.file.open("rb") as file:
                text = file.read(MAX_BYTES).decode("utf-8", "replace")
        except OSError:
            return [], False
        cues = read_cues(text)
        if cues and cues[0].start is not None:
            cues.sort(key=lambda cue: cue.start or 0.0)
        return cues, is_cut(text)


class WordSources:
    """The words and notes that are here."""

    def __init__(self, data: Path, cache: Path) -> None:
        self._data = data
        self._remote = cache / REMOTE
        self._recognised = TranscriptFiles(data / RECOGNISED)
        self._has_recognised = self._recognised.folder.is_dir()
        self.folders: dict[Path, None] = {self._remote: None, self._recognised.folder: None}
        """Where words lie, or may lie one day."""

    def words(self, episode: Episode) -> UnreadWords | None:
        """Return where the words of an episode are, else those that were recognised; None: not here."""
        words = None
        if episode.transcript is not None:
            if "://" in episode.transcript:
                from tui_pod.feeds.media.documents import copy_name  # brings OpenSSL: only for podcasts

                file = self._remote / copy_name(episode.transcript)
            else:
                file = Path(episode.transcript)
                self.folders[file.parent] = None
            words = _stamped(file, episode.transcript)
        if words is None and episode.audio is not None and self._has_recognised:
            words = _stamped(self._recognised.path(episode.id), RECOGNISED_STAMP)
        return words

    def notes(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the show notes of those of these episodes that have any, as HTML."""
        from tui_pod.feeds.store.library import read_notes  # only who fills needs it

        return read_notes(self._data, ids)


def _stamped(file: Path, source: str) -> UnreadWords | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return UnreadWords(file, f"{source} {found.st_mtime_ns} {found.st_size}")


def folders_stamp(folders: Sequence[str]) -> str:
    """Return what changes when words come into one of these folders, or are replaced there."""
    times = []
    for folder in folders:
        try:
            times.append(os.stat(folder).st_mtime_ns)
        except OSError:
            times.append(0)
    return repr(times)
