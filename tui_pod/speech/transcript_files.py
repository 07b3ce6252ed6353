"""Keep recognised words: a WebVTT file for each episode, which grows while it is recognised.

Every call may wait for the disk: use a thread. The files may be deleted at any time, and are made again.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tui_pod.core.errors import UserError
from tui_pod.core.library.transcript import Cue, timed_cues, to_webvtt
from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.runtime.files import append, locked, read_bytes, size

RECOGNISED = "words"
"""Folder in the data folder with recognised words."""

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_MARK = re.compile(r"^NOTE (until|complete) (\d{1,7}(?:\.\d+)?)$", re.MULTILINE)
_REMOVED = ".removed"


class TranscriptBusy(UserError):
    """Another program recognises the same episode."""


@dataclass(frozen=True, slots=True)
class RecognisedTranscript:
    """What is recognised of an episode so far."""

    cues: tuple[Cue, ...]
    until: float
    """Seconds before which all is done."""
    is_complete: bool
    """Whether that is the end of the recording."""


class TranscriptFiles:
    """The folder of recognised words."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, episode: str) -> Path:
        """Return the file of an episode, which need not be there; an id that is no safe name gets another."""
        if _NAME.fullmatch(episode):
            return self.folder / f"{episode}.vtt"
        import hashlib  # brings OpenSSL, for odd ids alone

        digest = hashlib.sha256(episode.encode("utf-8", "surrogatepass")).hexdigest()
        return self.folder / f"{digest[:32]}.vtt"

    def read(self, episode: str) -> RecognisedTranscript | None:
        """Return the words of an episode; None when there are none, or they cannot be read."""
        try:
            text = read_bytes(self.path(episode)).decode("utf-8", "replace")
        except OSError:
            return None
        cues = tuple(timed_cues(text))
        marks = {kind: float(seconds) for kind, seconds in _MARK.findall(text)}
        is_complete = "complete" in marks
        until = max([*marks.values(), *(cue.end or 0.0 for cue in cues[-1:])], default=0.0)
        return RecognisedTranscript(cues, until, is_complete)

    def is_complete(self, episode: str) -> bool:
        """Return whether all of an episode is recognised, without reading it."""
        try:
            with self.path(episode).open("rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - 60))
                return b"\nNOTE complete " in file.read()
        except OSError:
            return False

    @contextlib.contextmanager
    def writing(self, episode: str, model: str) -> Iterator[TranscriptWriter]:
        """Open the words of an episode to add to them.

        Raises:
            TranscriptBusy: another program is recognising them.
            OSError: the file cannot be written.
        """
        head = f"WEBVTT\n\nNOTE {BY_MACHINE}: {model.replace('-->', ' ')}. It makes mistakes.\n\n"
        with self._locked(episode) as path:
            yield TranscriptWriter(path, head)

    def remove(self, episode: str) -> bool:
        """Take away an episode's words until `restore`; return whether there were any.

        Raises:
            TranscriptBusy: a program is recognising them.
        """
        with self._locked(episode) as path:
            if has_words := size(path) > 0:
                path.rename(path.with_name(path.name + _REMOVED))
        return has_words

    def restore(self, episode: str) -> None:
        """Bring back what was taken away last, if it is still there."""
        path = self.path(episode)
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + _REMOVED).rename(path)

    @contextlib.contextmanager
    def _locked(self, episode: str) -> Iterator[Path]:
        """Keep other programs from an episode's file, whose torn end is cut off; without content it is no file."""
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
        """Add sentences, and `until` where they end before it. Raises OSError: the file is as before."""
        body = to_webvtt(cues).removeprefix("WEBVTT\n\n").removeprefix("WEBVTT\n")
        last = cues[-1].end or 0.0 if cues else 0.0
        self._append((f"{body}\n" if body else "") + (f"NOTE until {until:.3f}\n\n" if until > last else ""))

    def complete(self, seconds: float) -> None:
        """Note that the whole recording, of this length, is done. Raises OSError."""
        self._append(f"NOTE complete {seconds:.3f}\n\n")
        os.utime(self._path.parent)  # by which the search knows of new words

    def _append(self, text: str) -> None:
        append(self._path, text if size(self._path) else self._head + text)


def _cut_torn(descriptor: int) -> None:
    """Cut off what a power cut left behind the last whole block."""
    content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    if content and not content.endswith(b"\n\n"):
        os.ftruncate(descriptor, content.rfind(b"\n\n") + 2 if b"\n\n" in content else 0)
