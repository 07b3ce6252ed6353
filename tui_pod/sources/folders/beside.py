"""What the other files of a folder say about its recordings: transcripts, cue sheets, and texts on the whole folder.

Of the texts in it, which are episodes of it, and what is known of each.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.player.snapshot import pack_chapters
from tui_pod.core.text.clean import SUMMARY_LIMIT, clean
from tui_pod.runtime.files import read_bytes, read_start
from tui_pod.runtime.limited_processes import ContentFault
from tui_pod.runtime.threads import CancelToken
from tui_pod.runtime.xml import decoded
from tui_pod.shelf.published import AudioFile, Tags
from tui_pod.sources.folders import cue
from tui_pod.sources.foreign_texts import BOOK, door
from tui_pod.sources.texts.kept import plan_of, read_text, write_plan
from tui_pod.sources.texts.kinds import PLAIN, READ

TRANSCRIPT_ENDINGS = (".vtt", ".srt", ".lrc", ".ttml", ".json", ".txt", BOOK)
"""Endings of a transcript beside its recording, the most useful first."""

DESCRIPTION, NARRATOR = "desc.txt", "reader.txt"
"""Files that describe all recordings of their folder, as Audiobookshelf and others read them."""

_ENDINGS = (*TRANSCRIPT_ENDINGS, cue.ENDING)

MAX_BYTES = 256 * 1024
"""Bytes that are read of a text, and the most that a cue sheet has: ten times one of a hundred tracks."""

_LANGUAGE = re.compile(r"\.[a-z]{2,3}(?:-[A-Za-z]{2,8})?$")
"""The language in the name of a transcript, as in `Talk.en.vtt`."""


def is_text(name: str) -> bool:
    """Return whether a name is UTF-8; others can be neither stored nor shown."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


class Beside:
    """The files of one folder besides its recordings, which are read when they are first asked for."""

    def __init__(self, folder: str, names: Sequence[str], above: Beside | None = None) -> None:
        """Read nothing yet; if it is the folder of a disc, the texts of the one `above` are on it too."""
        self._folder = folder
        self._all, self._above = names, above
        self.faults: list[str] = []
        """The cue sheets that cannot be read, and why."""
        self._names = sorted(name for name in names if name.lower().endswith(_ENDINGS) and self._is_readable(name))
        self._tells: bool = bool(self._names) or (above is not None and above._tells)

    def completed(self, path: str, tags: Tags) -> Tags:
        """Return the tags of a recording at a path with what the other files say about it."""
        former = tags.transcript, tags.cue, tags.folder_description, tags.folder_narrator
        if not (self._tells or any(former)):
            return tags
        name = os.path.basename(path)
        return tags._replace(
            transcript=self.transcript(name) or self.book,
            folder_description=self._text(DESCRIPTION),
            folder_narrator=self._text(NARRATOR, 300),
            cue=cue.cue_of(name, self._sheets, self._all),
        )

    def transcript(self, name: str) -> str:
        """Return the name of the transcript of a recording; empty if there is none."""
        found = self._transcripts.get(os.path.splitext(name)[0]) or self._transcripts.get(name)
        return found[1] if found else ""

    @property
    def book(self) -> str:
        """The path of the e-book of the whole folder, which is called as it, or as that of the discs; empty if none."""
        name = os.path.basename(os.path.normpath(self._folder)) + BOOK
        if name in self._names or self._above is None or not self._above.book:
            return name if name in self._names else ""
        return os.path.join(os.pardir, self._above.book)

    @cached_property
    def _transcripts(self) -> dict[str, tuple[int, str]]:
        found: dict[str, tuple[int, str]] = {}
        for name in self._names:
            stem, ending = os.path.splitext(name)
            if (ending := ending.lower()) in TRANSCRIPT_ENDINGS:
                rank = TRANSCRIPT_ENDINGS.index(ending), name
                for key in {stem, _LANGUAGE.sub("", stem)}:
                    found[key] = min(rank, found.get(key, rank))
        return found

    @cached_property
    def _sheets(self) -> dict[str, dict[str, str]]:
        texts = dict[str, tuple[str]]()
        for name in (name for name in self._names if name.lower().endswith(cue.ENDING)):
            try:
                texts[name] = (decoded(read_bytes(Path(self._folder, name), MAX_BYTES), "utf-8-sig", "latin-1"),)
            except OSError as error:
                self.faults.append(f"{name} ({error.strerror})")
        found = dict(zip(texts, door().read_each(f"{cue.__name__}:read_cue", [*texts.values()]), strict=True))
        self.faults += (f"{name} ({why})" for name, why in found.items() if isinstance(why, ContentFault))
        return {name: chapters for name, chapters in found.items() if not isinstance(chapters, ContentFault)}

    def _is_readable(self, name: str) -> bool:
        return is_text(name) and not os.path.islink(os.path.join(self._folder, name))

    def _text(self, name: str, limit: int = SUMMARY_LIMIT) -> str:
        text = self._texts.get(name, "")[:limit]
        return text or (self._above._text(name, limit) if self._above is not None else "")

    @cached_property
    def _texts(self) -> dict[str, str]:
        found = {name.lower(): name for name in self._names if name.lower() in (DESCRIPTION, NARRATOR)}
        return {key: clean(self._read(name).decode("utf-8", "replace"), SUMMARY_LIMIT) for key, name in found.items()}

    def _read(self, name: str) -> bytes:
        with contextlib.suppress(OSError):
            return read_start(Path(self._folder, name), MAX_BYTES)
        return b""


MAX_FILE = 64 * 1024 * 1024
"""Largest file that is read (bytes)."""


class FolderTexts(NamedTuple):
    """How the texts in folders are read."""

    kept: Path
    """Folder of the plans."""
    reads_code: bool
    cancel: CancelToken

    def found(self, root: str, path: str, state: os.stat_result, former: AudioFile | None) -> AudioFile:
        """Return a text below a folder; the former one if nothing has changed. Raises OSError: it cannot be read."""
        if former is not None and (former.size, former.modified) == (state.st_size, state.st_mtime_ns):
            planned = plan_of(self.kept, former.key, self.reads_code)
            if former.tags.transcript == str(planned) and planned.exists():
                return former
        file = Path(root, path)
        try:
            if state.st_size > MAX_FILE:
                raise ContentFault(f"it is larger than {MAX_FILE // 1024**2} MB")
            text = read_text(file, file.name, self.reads_code, self.cancel)
        except ContentFault as fault:
            raise OSError(0, str(fault)) from None
        planned = plan_of(self.kept, text.key, self.reads_code)
        marks = pack_chapters(write_plan(planned, text))
        tags = Tags(text.title, duration=text.duration, description=text.summary, transcript=str(planned),
                    author=text.author, series=text.series, inside=marks)  # fmt: skip
        return AudioFile(path, state.st_size, state.st_mtime_ns, text.key, tags)


def is_document(path: str) -> bool:
    """Return whether a name is that of a text that may be an episode."""
    return path.lower().endswith(READ)


def episodes_of(texts: Iterable[str], recordings: Iterable[str]) -> set[str]:
    """Return which texts of a folder are episodes, given the paths of its recordings.

    One that is called as a recording beside it belongs to that. Plain text in, below or above a folder with recordings
    describes them.
    """
    named, holders, above = set[str](), set[str](), set[str]()
    for path in recordings:
        named.add(os.path.splitext(path)[0])
        holders.add(os.path.dirname(path))
        above.update(_folders_of(path))
    return {
        path
        for path in texts
        if os.path.splitext(path)[0] not in named
        if not path.lower().endswith(PLAIN)
        or (os.path.dirname(path) not in above and holders.isdisjoint(_folders_of(path)))
    }


def _folders_of(path: str) -> Iterator[str]:
    """Yield the folders that contain a file, down to the root, which is empty."""
    while path:
        path = os.path.dirname(path)
        yield path
