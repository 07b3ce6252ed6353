"""Find the words of episodes on this machine: files of a catalogue, and copies of feeds' transcripts.

Calls block on the disk. Fetches nothing.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.runtime.limited_processes import ContentFault
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.speech.transcript_files import ALIGNED, RECOGNISED, TranscriptFiles

REMOTE = "remote"
"""Folder in the cache with copies of the transcripts of feeds."""

RECOGNISED_STAMP = "recognised"
"""Prefix of the stamp of recognised words."""


class ReadWords(NamedTuple):
    """The words of an episode."""

    cues: list[Cue]
    is_cut: bool = False
    """Whether a text is longer than what is read of it."""
    fault: ContentFault | None = None
    """Why a text cannot be read, if one cannot."""


class UnreadWords(NamedTuple):
    """The words of an episode, in a file, or in one for each part of a book."""

    file: Path
    stamp: str
    """Identifies their version."""
    duration: float | None = None
    """Length of the episode or part, in seconds; None if unknown."""
    start: float = 0.0
    """Where the part starts in the book, in seconds."""
    more: tuple[UnreadWords, ...] = ()
    """Those of the following parts."""

    def read(self, texts: ForeignTexts) -> ReadWords:
        """Return the words; none if the file is gone or cannot be read."""
        found = [part._read_file(texts) for part in (self, *self.more)]
        cues = [cue for words in found for cue in words.cues]
        timed = [cue for cue in cues if cue.start is not None]
        fault = next(filter(None, (words.fault for words in found)), None)
        return ReadWords(timed or cues, any(words.is_cut for words in found), fault)

    def _read_file(self, texts: ForeignTexts) -> ReadWords:
        try:
            cues, is_cut = texts.cues_in(self.file, self.duration)
        except ContentFault as fault:
            return ReadWords([], fault=fault)
        if cues and cues[0].start is not None:
            cues.sort(key=lambda cue: cue.start or 0.0)
        return ReadWords(list(Transcript(tuple(cues)).moved(self.start).cues) if self.start else cues, is_cut)


class WordSources:
    """The words and notes on this machine."""

    def __init__(self, data: Path, cache: Path) -> None:
        self._data = data
        self._remote = cache / REMOTE
        self._recognised = TranscriptFiles(data / RECOGNISED)
        self._has_recognised = self._recognised.folder.is_dir()
        self.texts = ForeignTexts(cache)
        folder = self._recognised.folder
        self.folders: dict[Path, None] = dict.fromkeys((self._remote, folder, folder / ALIGNED))
        """Folders with words, now or later."""

    def words(self, episode: Episode) -> UnreadWords | None:
        """Return the transcript of an episode, or its recognised words; None if neither is on this machine."""
        aligned = _stamped(self._recognised.aligned(episode.id), ALIGNED) if self._has_recognised else None
        if aligned is not None and self._recognised.is_complete(episode.id):
            return aligned
        words = self._words_of_parts(episode) if episode.parts else None
        if episode.transcript is not None:
            if "://" in episode.transcript:
                from tui_pod.recordings.documents import copy_name  # imports OpenSSL: only for podcasts

                file = self._remote / copy_name(episode.transcript)
            else:
                file = Path(episode.transcript)
                self.folders[file.parent] = None
            words = _stamped(file, episode.transcript, episode.duration)
        if words is None and episode.audio is not None and self._has_recognised:
            words = _stamped(self._recognised.path(episode.id), RECOGNISED_STAMP)
        return words

    def _words_of_parts(self, episode: Episode) -> UnreadWords | None:
        found = []
        for part in episode.parts:
            if part.transcript:
                self.folders[Path(part.transcript).parent] = None
                if (words := _stamped(Path(part.transcript), part.transcript, part.duration)) is not None:
                    found.append(words._replace(start=part.start, stamp=f"{words.stamp} {part.start:.1f}"))
        if not found:
            return None
        stamp = str(zlib.crc32("\0".join(words.stamp for words in found).encode("utf-8", "replace")))
        return found[0]._replace(stamp=stamp, more=tuple(found[1:]))

    def notes(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the show notes of these episodes, if any, as HTML."""
        from tui_pod.shelf.library import read_notes  # only needed for filling

        return read_notes(self._data, ids)


def _stamped(file: Path, source: str, duration: float | None = None) -> UnreadWords | None:
    try:
        found = os.stat(file)
    except (OSError, ValueError):  # ValueError: a path with a zero
        return None
    return UnreadWords(file, f"{source} {found.st_mtime_ns} {found.st_size}", duration)


def folders_stamp(folders: Sequence[str]) -> str:
    """Return a value that changes when files are added to or replaced in one of these folders."""
    times = []
    for folder in folders:
        try:
            times.append(os.stat(folder).st_mtime_ns)
        except OSError:
            times.append(0)
    return repr(times)
