"""The one door for what others wrote: feeds, transcripts, chapters, notes, cue sheets, and tags of recordings.

Each is read in a process with limits, so that a malicious one costs the app and the index only itself. What cannot be
read is remembered until its bytes change. Calls block: make them in a thread.
"""

from __future__ import annotations

import codecs
import contextlib
import os
from collections.abc import Sequence
from functools import lru_cache
from itertools import starmap
from pathlib import Path
from typing import Any

import tui_pod
from tui_pod.config.paths import find_paths
from tui_pod.core.library.transcript import MAX_BYTES, PLANNED, Cue, Transcript, is_cut, parse_transcript, read_cues
from tui_pod.core.player.snapshot import Chapter
from tui_pod.runtime.files import make_folder, read_start
from tui_pod.runtime.limited_processes import CallLimits, ContentFault, LimitedProcesses, budget
from tui_pod.runtime.threads import CancelToken
from tui_pod.sources.texts.kinds import ReadText

LIMITS = CallLimits(seconds=5.0, memory=512 * 1024 * 1024)
"""The longest transcript that is read takes 0.5 s, and 100 MB."""

LARGE = CallLimits(seconds=10.0, memory=512 * 1024 * 1024)
"""For a text; 5 MB of prose take 2 to 3 s, and 256 MB."""

FEED = CallLimits(seconds=10.0, memory=256 * 1024 * 1024)
"""For a feed, with all its pages and articles; 50,000 items take 5 s."""

MAX_PLANNED = 4 * MAX_BYTES
"""Bytes of a planned text that are read: the longest that is planned, in any script, with its times."""

FOLDER, MOST = "faulty-texts", 1_000
"""Folder in the cache, and most faulty texts that are remembered."""

OWN = Path(tui_pod.__file__).parent / "transcripts"
"""The course's own transcripts, which need no process."""

TAGS = "tui_pod.sources.folders.tags"
BOOK = ".epub"
"""The ending of a book, which may be the text of a recording."""

READ_BOOK = "tui_pod.sources.texts.parsing:read_file"
_HTML, _TRANSCRIPTS = "tui_pod.core.text.html_text", "tui_pod.core.library.transcript"


class ForeignTexts:
    """Reads texts, and remembers in a folder of the cache which cannot be read."""

    def __init__(self, cache: Path | None = None, limits: CallLimits | None = None) -> None:
        """Start nothing yet; without a cache, nothing is remembered."""
        self.folder = cache / FOLDER if cache is not None else None
        self._processes = LimitedProcesses(limits or LIMITS)

    def transcript(self, text: str, duration: float | None, cancel: CancelToken | None = None) -> Transcript:
        """Return the transcript in a text, as `parse_transcript` does; with a `fault` if it cannot be read."""
        try:
            cues, *rest = self.read(f"{_TRANSCRIPTS}:parse_transcript", text, duration, cancel=cancel)
        except ContentFault as fault:
            return Transcript(fault=str(fault))
        return Transcript(tuple(_cues(cues)), *rest)

    def transcript_in(self, file: Path, duration: float | None, cancel: CancelToken | None = None) -> Transcript:
        """Return the transcript in a file; empty if there is no such file."""
        try:
            text = self._text_in(file)
        except ContentFault as fault:
            return Transcript(fault=str(fault))
        if text is None:
            return Transcript()
        if is_book(file):
            return Transcript(tuple(_untimed(self.transcript(text, None, cancel).cues)))
        return parse_transcript(text, duration) if file.parent == OWN else self.transcript(text, duration, cancel)

    def cues_in(self, file: Path, duration: float | None) -> tuple[list[Cue], bool]:
        """Return the cues in a file, if there is one, and whether it is cut: see `read_cues`. Raises ContentFault."""
        if (text := self._text_in(file)) is None:
            return [], False
        if is_book(file):
            return _untimed(self.transcript(text, None).cues), False
        if file.parent == OWN:
            return read_cues(text, duration), is_cut(text)
        return _cues(self.read(f"{_TRANSCRIPTS}:read_cues", text, duration)), is_cut(text)

    def chapters(self, text: str, cancel: CancelToken | None = None) -> tuple[Chapter, ...]:
        """Return the chapters in a text, as `parse_chapters` does. Raises ContentFault."""
        return tuple(
            starmap(Chapter, self.read("tui_pod.sources.podcasts.chapters:parse_chapters", text, cancel=cancel))
        )

    def notes(self, html: str, cancel: CancelToken | None = None) -> str:
        """Return show notes as `to_notes` does. Raises ContentFault."""
        return self.read(f"{_HTML}:to_notes", html, cancel=cancel) if html else ""

    def plain_texts(self, notes: Sequence[str]) -> list[str]:
        """Return show notes as `to_text` does; empty for those that cannot be read. Raises ContentFault if none can."""
        texts = self.read_each(f"{_HTML}:to_text", [(html,) for html in notes]) if any(notes) else notes
        for fault in texts:
            if isinstance(fault, ContentFault) and not fault.is_lasting:
                raise fault
        return ["" if isinstance(text, ContentFault) else text for text in texts]

    def read(self, function: str, text: str, *more: object, cancel: CancelToken | None = None) -> Any:
        """Return what a function makes of a text: see `LimitedProcesses.call`. Raises ContentFault, Cancelled."""
        (found,) = self.read_each(function, [(text, *more)], cancel)
        if isinstance(found, ContentFault):
            raise found
        return found

    def read_each(
        self, function: str, calls: Sequence[Sequence[object]], cancel: CancelToken | None = None
    ) -> list[Any]:
        """Return what `call_each` does; each call is a text, or a path with its `state_of`, and what else is needed."""
        if (spent := budget.get()) is not None and spent.first is None:
            spent.first = function, calls[0]
        has_faults = self.folder is not None and self.folder.is_dir()
        found = [self._known_fault(function, call) if has_faults else None for call in calls]
        unread = [call for call, known in zip(calls, found, strict=True) if known is None]
        answers = iter(self._processes.call_each(function, unread, cancel) if unread else ())
        for place, call in enumerate(calls):
            if found[place] is None:
                found[place] = answer = next(answers)
                if isinstance(answer, ContentFault) and answer.is_lasting and self.folder is not None:
                    _remember(self.folder / _key(function, call), str(answer))
        return found

    def blame(self, fault: str) -> None:
        """Remember a fault of the first call of this thread's budget, if any."""
        if (spent := budget.get()) is not None and spent.first is not None and self.folder is not None:
            _remember(self.folder / _key(*spent.first), fault)

    def _known_fault(self, function: str, call: Sequence[object]) -> Any:
        with contextlib.suppress(OSError):
            assert self.folder is not None
            fault = read_start(self.folder / _key(function, call)).decode("utf-8", "replace")
            return ContentFault(fault, is_lasting=True)
        return None

    def _text_in(self, file: Path) -> str | None:
        """Return the text in a file or recording; None if there is none. Raises ContentFault."""
        try:
            if is_book(file):
                found = file.stat()
                return ReadText(*door(LARGE).read(READ_BOOK, str(file), file.name, False, *state_of(found))).planned
            content = read_start(file, MAX_BYTES)
            if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return content.decode("utf-16", "replace")
            if b"\0" in content[:512]:
                lyrics: str | None = self.read(f"{TAGS}:read_lyrics", str(file), *state_of(file.stat()))
                return lyrics
            if len(content) == MAX_BYTES and content.startswith(PLANNED.encode()):
                content = read_start(file, MAX_PLANNED)
            return content.decode("utf-8", "replace")
        except OSError:
            return None

    def close(self) -> None:
        """End the processes."""
        self._processes.close()


_doors: dict[CallLimits, ForeignTexts] = {}


def door(limits: CallLimits = LIMITS) -> ForeignTexts:
    """Return the door that all sources share; it remembers in the cache of this user."""
    shared = _doors.setdefault(limits, ForeignTexts(limits=limits))
    shared.folder = _shared_folder(*map(os.environ.get, ("HOME", "XDG_CACHE_HOME")))
    return shared


@lru_cache
def _shared_folder(*_of: str | None) -> Path:
    return find_paths().cache / FOLDER  # takes as long as it takes to store a feed


def is_book(file: Path | str) -> bool:
    """Return whether a transcript is a book, which has no times of a recording."""
    return str(file).lower().endswith(BOOK)


def _untimed(cues: Sequence[Cue]) -> list[Cue]:
    return [Cue(cue.text, ends_paragraph=cue.ends_paragraph) for cue in cues]


def _cues(found: Sequence[Sequence[Any]]) -> list[Cue]:
    """Return cues as they were; only recognised ones know the times of their words, the last field."""
    return [Cue(*fields[:-1]) for fields in found]


def state_of(found: os.stat_result) -> tuple[int, int]:
    """Return what changes when a file does."""
    return found.st_size, found.st_mtime_ns


def _remember(known: Path, fault: str) -> None:
    with contextlib.suppress(OSError):
        make_folder(known.parent)
        known.write_text(fault, "utf-8")
        for old in sorted(known.parent.iterdir(), key=os.path.getmtime)[:-MOST]:
            old.unlink()


def _key(function: str, call: Sequence[object]) -> str:
    """Return the name of a content's file, the same for all functions of a module.

    Another version of the program may read what this one cannot.
    """
    import hashlib  # brings OpenSSL, 2 MiB: only once a text was faulty

    content = "\0".join(map(str, (tui_pod.__version__, function.partition(":")[0], *call)))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]
