"""The texts in a folder: which files are episodes of it, and what is known of each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tui_pod.runtime.limited_processes import ContentFault
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.published import AudioFile, Tags
from tui_pod.sources.folders.cue import pack_chapters
from tui_pod.sources.texts.kept import plan_of, read_text, write_plan
from tui_pod.sources.texts.kinds import PLAIN, READ

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
                raise ContentFault("it is too large")
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
