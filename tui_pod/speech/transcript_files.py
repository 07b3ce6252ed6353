"""Save recognised transcripts: a WebVTT file for each episode, which grows while the episode is recognised.

Every call may block on the disk, so use a thread. The files may be deleted at any time, and are made again.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tui_pod.core.errors import UserError
from tui_pod.core.library.transcript import Cue, timed_cues, to_webvtt
from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.runtime.files import append, locked, read_bytes, reading, size

RECOGNISED = "words"
"""Folder in the data folder with the recognised transcripts."""

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_MARK = re.compile(r"^NOTE (until|complete) (\d{1,7}(?:\.\d+)?)$", re.MULTILINE)
_WORDS = re.compile(r"^NOTE words (\d{1,7}\.\d{3})((?: -?\d{1,7})+)$", re.MULTILINE)
_REMOVED = ".removed"


class TranscriptBusy(UserError):
    """Another program is recognising the same episode."""


@dataclass(frozen=True, slots=True)
class RecognisedTranscript:
    """What is recognised so far of an episode."""

    cues: tuple[Cue, ...]
    until: float
    """Everything before this position, in seconds, is done."""
    is_complete: bool
    """True if that is the end of the recording."""


class TranscriptFiles:
    """The folder of recognised transcripts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, episode: str) -> Path:
        """Return the file of an episode, which need not exist; an id that is unsafe as a file name is hashed."""
        if _NAME.fullmatch(episode):
            return self.folder / f"{episode}.vtt"
        import hashlib  # loads OpenSSL, which only unsafe ids need

        digest = hashlib.sha256(episode.encode("utf-8", "surrogatepass")).hexdigest()
        return self.folder / f"{digest[:32]}.vtt"

    def read(self, episode: str) -> RecognisedTranscript | None:
        """Return the transcript of an episode; None if there is none, or it cannot be read."""
        try:
            text = read_bytes(self.path(episode)).decode("utf-8", "replace")
        except OSError:
            return None
        cues = tuple(_with_words(timed_cues(text), text))
        marks = {kind: float(seconds) for kind, seconds in _MARK.findall(text)}
        is_complete = "complete" in marks
        until = max([*marks.values(), *(cue.end or 0.0 for cue in cues[-1:])], default=0.0)
        return RecognisedTranscript(cues, until, is_complete)

    def is_complete(self, episode: str) -> bool:
        """Return True if all of an episode is recognised; reads only the end of the file."""
        try:
            with reading(self.path(episode)) as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - 60))
                return b"\nNOTE complete " in file.read()
        except OSError:
            return False

    @contextlib.contextmanager
    def writing(self, episode: str, model: str) -> Iterator[TranscriptWriter]:
        """Open the transcript of an episode to add to it.

        Raises:
            TranscriptBusy: another program is recognising the episode.
            OSError: the file cannot be written.
        """
        head = f"WEBVTT\n\nNOTE {BY_MACHINE}: {model.replace('-->', ' ')}. It makes mistakes.\n\n"
        with self._locked(episode) as path:
            yield TranscriptWriter(path, head)

    def remove(self, episode: str) -> bool:
        """Remove an episode's transcript until `restore`; return True if there was one.

        Raises:
            TranscriptBusy: a program is recognising the episode.
        """
        with self._locked(episode) as path:
            if exists := size(path) > 0:
                path.rename(path.with_name(path.name + _REMOVED))
        return exists

    def restore(self, episode: str) -> None:
        """Restore the transcript that was removed last, if it still exists."""
        path = self.path(episode)
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + _REMOVED).rename(path)

    @contextlib.contextmanager
    def _locked(self, episode: str) -> Iterator[Path]:
        """Lock an episode's file and cut off its torn end; remove the file afterwards if it is empty."""
        path = self.path(episode)
        with locked(path, TranscriptBusy("Another tui-pod is recognising this episode.")) as descriptor:
            _cut_torn(descriptor)
            try:
                yield path
            finally:
                if not os.fstat(descriptor).st_size:
                    path.unlink(missing_ok=True)


class TranscriptWriter:
    """Adds to one file."""

    def __init__(self, path: Path, head: str) -> None:
        self._path = path
        self._head = head

    def add(self, cues: tuple[Cue, ...], until: float) -> None:
        """Add sentences, and a note of `until` if they end before it. On OSError the file is unchanged."""
        body = "\n".join(to_webvtt((cue,)).removeprefix("WEBVTT\n\n") + _note_of_words(cue) for cue in cues)
        last = cues[-1].end or 0.0 if cues else 0.0
        self._append((f"{body}\n" if body else "") + (f"NOTE until {until:.3f}\n\n" if until > last else ""))

    def complete(self, seconds: float) -> None:
        """Note that the whole recording, of this length, is done, and delete what it replaces. Raises OSError."""
        self._append(f"NOTE complete {seconds:.3f}\n\n")
        self._path.with_name(self._path.name + _REMOVED).unlink(missing_ok=True)
        os.utime(self._path.parent)  # tells the search index that there is a new transcript

    def _append(self, text: str) -> None:
        append(self._path, text if size(self._path) else self._head + text)


def _note_of_words(cue: Cue) -> str:
    """Return when the words of a sentence begin, in hundredths of a second after the sentence does."""
    if len(cue.words) != len(cue.text.split()):
        return ""
    return f"\nNOTE words {cue.start:.3f} {' '.join(str(round(100 * (at - (cue.start or 0.0)))) for at in cue.words)}\n"


def _with_words(cues: Iterable[Cue], text: str) -> Iterator[Cue]:
    """Yield the cues of a file with the times of their words, where it has them."""
    noted = {float(start): offsets for start, offsets in _WORDS.findall(text)}
    for cue in cues:
        start = cue.start or 0.0
        words = tuple(round(start + int(offset) / 100, 3) for offset in noted.get(start, "").split())
        yield cue._replace(words=words) if len(words) == len(cue.text.split()) else cue


def _cut_torn(descriptor: int) -> None:
    """Cut off what a power failure left after the last whole block."""
    content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    if content and not content.endswith(b"\n\n"):
        os.ftruncate(descriptor, content.rfind(b"\n\n") + 2 if b"\n\n" in content else 0)
