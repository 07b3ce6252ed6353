"""Save recognised transcripts: a WebVTT file for each episode, which grows while the episode is recognised.

Every call may block on the disk, so use a thread. The files may be deleted at any time, and are made again.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_pod.core.errors import UserError
from tui_pod.core.library.transcript import Cue, Transcript, timed_cues, to_webvtt
from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.runtime.files import append, locked, make_folder, read_bytes, reading, replace, size

RECOGNISED = "words"
"""Folder in the data folder with the recognised transcripts."""

TEXTS, ALIGNED = "texts", "aligned"
"""Folders in it: texts that the listener gave to recordings, and what they became, with times."""

TEXT_ENDINGS = (".epub", ".txt", ".md", ".html", ".vtt", ".srt")

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_MARK = re.compile(r"^NOTE (until|complete) (\d{1,7}(?:\.\d+)?)$", re.MULTILINE)
_WORDS = re.compile(r"^NOTE words (\d{1,7}\.\d{3})((?: -?\d{1,7})+)$", re.MULTILINE)
_ALIGNED = re.compile(r"WEBVTT\n\nNOTE (\w{8}) (\d+\.\d{3}) (whole|part) (.*)\n\nNOTE paragraphs([\d ]*)\n")
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
                self.aligned(episode).unlink(missing_ok=True)
        return exists

    def restore(self, episode: str) -> None:
        """Restore the transcript that was removed last, if it still exists."""
        path = self.path(episode)
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + _REMOVED).rename(path)

    def text_of(self, episode: str) -> Path | None:
        """Return the text that the listener gave to a recording; None if there is none."""
        name = self.folder / TEXTS / self.path(episode).stem
        files = (name.with_name(name.name + ending) for ending in TEXT_ENDINGS)
        return next(filter(Path.exists, files), None)

    def give(self, episode: str, source: Path | None) -> None:
        """Keep a copy of a text for a recording, instead of the one before; None for no text. Raises OSError."""
        former, kept = self.text_of(episode), None
        if source is not None:
            kept = self.folder / TEXTS / f"{self.path(episode).stem}{source.suffix.lower()}"
            make_folder(kept.parent)
            part = kept.with_name(f"{kept.name}.part")
            try:
                shutil.copyfile(source, part)
                os.replace(part, kept)
            finally:
                part.unlink(missing_ok=True)
        if former is not None and former != kept:
            former.unlink()
        self.aligned(episode).unlink(missing_ok=True)

    def aligned(self, episode: str) -> Path:
        """Return the file of a text with the times of a recording, which need not exist."""
        return self.folder / ALIGNED / self.path(episode).name

    def read_aligned(self, episode: str, source: str) -> tuple[Transcript, float] | None:
        """Return a text with times, and how much of the recording it follows; None if it is from another source."""
        try:
            text = read_bytes(self.aligned(episode)).decode("utf-8", "replace")
        except OSError:
            return None
        if (head := _ALIGNED.match(text)) is None or head[1] != _mark(source):
            return None
        ends = {*map(int, head[5].split())}
        cues = (cue._replace(ends_paragraph=place in ends) for place, cue in enumerate(timed_cues(text)))
        is_recognised = head[4].startswith(BY_MACHINE)  # because the text is not what is heard
        return Transcript(tuple(cues), head[4], is_recognised, head[3] == "part"), float(head[2])

    def keep_aligned(self, episode: str, source: str, transcript: Transcript, until: float) -> None:
        """Keep a text with times, or what is shown for one that does not fit; search finds it. Raises OSError.

        It is not aligned again until text or recording change.
        """
        ends = " ".join(str(place) for place, cue in enumerate(transcript.cues) if cue.ends_paragraph)
        extent = "part" if transcript.is_partial else "whole"
        head = f"WEBVTT\n\nNOTE {_mark(source)} {until:.3f} {extent} {transcript.note}\n\nNOTE paragraphs {ends}"
        file = self.aligned(episode)
        make_folder(file.parent)
        replace(file, to_webvtt(transcript.cues).replace("WEBVTT", head, 1))

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


def align(folder: str, episode: str, cues: Sequence[Sequence[Any]]) -> Transcript:
    """Return a text with the times of what is recognised. Runs in a process: a book takes seconds."""
    from tui_pod.speech.alignment import follow  # seldom needed

    text, words = Transcript(tuple(Cue(*fields) for fields in cues)), TranscriptFiles(Path(folder)).read(episode)
    return follow(text, words.cues, words.is_complete) if words is not None and words.cues else text


def _mark(source: str) -> str:
    return f"{zlib.crc32(source.encode('utf-8', 'replace')):08x}"


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
