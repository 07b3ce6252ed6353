"""List the audio files of a folder, and notice which folders changed. Follows no links, opens no known file again."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.library.values import PLAYABLE_ENDINGS, UNPLAYABLE_ENDINGS
from tui_pod.core.text.clean import clean, counted
from tui_pod.runtime.files import FULL, reason
from tui_pod.runtime.limited_processes import ContentFault
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.published import AudioFile, Tags
from tui_pod.sources.folders.beside import Beside, FolderTexts, episodes_of, is_document, is_text
from tui_pod.sources.folders.names import is_piece
from tui_pod.sources.foreign_texts import TAGS, door, state_of
from tui_pod.sources.texts.kinds import READ

MAX_FILES = 100_000
"""Maximum number of audio files of one folder."""

MAX_ENTRIES = 2_000_000
"""Maximum number of directory entries that are read; no collection of recordings has more."""

BATCH = 100
"""Recordings that are read in one call."""

MAX_DEPTH = 40
"""Deepest subfolder that is scanned; this also ends a folder that is mounted in itself."""


@dataclass(slots=True)
class _LeftOut:
    """Counts skipped entries, for the listener."""

    unreadable: list[str] = field(default_factory=list)
    unkept: list[str] = field(default_factory=list)
    """Texts for whose plans the disk has no room, or may not be written."""
    nameless: int = 0
    links: int = 0
    too_deep: int = 0
    unplayable: Counter[str] = field(default_factory=Counter)
    """Sound files that the player does not open, by ending."""
    is_full: bool = False

    def notices(self, root: str) -> Iterator[str]:
        shown = clean(root, 100)
        if self.unreadable:
            yield f"{shown}: {_entries(len(self.unreadable))} cannot be read, such as {clean(self.unreadable[0], 100)}."
        if self.unkept:
            yield f"{shown}: {counted(len(self.unkept), 'text')} cannot be kept, such as {clean(self.unkept[0], 300)}."
        if self.nameless:
            said = f"{shown}: {_entries(self.nameless)} skipped because their names are not UTF-8"
            yield f"{said}. Rename them (convmv can do it for many) to add them."
        if self.links:
            said = f"{shown}: {counted(self.links, 'link')} not followed"
            yield f"{said}. Add the target of a link as a folder of its own."
        if self.too_deep:
            said = f"{shown}: {counted(self.too_deep, 'folder')} not scanned, more than {MAX_DEPTH} levels deep"
            yield f"{said}. Add them as folders of their own."
        if self.unplayable:
            endings = ", ".join(f"{count} {ending}" for ending, count in self.unplayable.most_common())
            yield f"{shown}: {counted(self.unplayable.total(), 'file')} cannot be played ({endings})."
        if self.is_full:
            yield f"{shown} has more than {MAX_FILES:,} audio files or too many entries. Add its subfolders instead."


def _entries(count: int) -> str:
    return "1 file or folder" if count == 1 else f"{count} files or folders"


class FoundFile(NamedTuple):
    """A recording or text below a folder, and what is beside it."""

    path: str
    state: os.stat_result
    beside: Beside


def read_found(
    root: str, found: Iterable[FoundFile], known: Mapping[str, AudioFile], unreadable: list[str], cancel: CancelToken
) -> Iterator[AudioFile]:
    """Yield recordings, those that are `known` as they were, and add to `unreadable` those that cannot be read."""
    unread: list[FoundFile] = []
    for one in found:
        former = known.get(one.path)
        if not one.state.st_size:
            unreadable.append(f"{one.path} (it is empty)")
        elif former is not None and (former.size, former.modified) == state_of(one.state):
            yield _completed(former, one)
        else:
            unread.append(one)
    for start in range(0, len(unread), BATCH):
        batch = unread[start : start + BATCH]
        calls = [(os.path.join(root, one.path), *state_of(one.state)) for one in batch]
        for one, answer in zip(batch, door().read_each(f"{TAGS}:read_file", calls, cancel), strict=True):
            if not isinstance(answer, ContentFault):
                key, tags = answer
                yield _completed(AudioFile(one.path, *state_of(one.state), key, Tags(*tags)), one)
                continue
            unreadable.append(f"{one.path} ({answer})")
            if one.path in known and not answer.is_lasting:  # maybe next time
                yield known[one.path]


def _completed(file: AudioFile, found: FoundFile) -> AudioFile:
    tags = found.beside.completed(file.path, file.tags)
    return file if tags is file.tags else file._replace(tags=tags)


def scan(
    root: str, known: Mapping[str, AudioFile], cancel: CancelToken, texts: FolderTexts | None = None
) -> tuple[tuple[AudioFile, ...], tuple[str, ...]]:
    """Return the audio files and texts below a folder, unordered, and notices about what is skipped. Raises OSError."""
    left_out = _LeftOut()
    found = [*_walk(root, left_out, cancel)]
    states = {one.path: one.state for one in found if is_document(one.path)}
    sound = (one for one in found if one.path not in states)
    files = [*read_found(root, sound, known, left_out.unreadable, cancel)]
    left_out.unreadable += (fault for beside in {one.beside for one in found} for fault in beside.faults)
    if texts is not None and states:
        beside = {os.path.normpath(os.path.join(file.path, os.pardir, file.tags.transcript)) for file in files}
        for path in episodes_of(states.keys() - beside, [file.path for file in files]):
            cancel.check()
            try:
                files.append(texts.found(root, path, states[path], known.get(path)))
            except OSError as error:
                is_here = error.errno in FULL or Path(str(error.filename)).is_relative_to(texts.kept)
                (left_out.unkept if is_here else left_out.unreadable).append(f"{path} ({reason(error)})")
                if is_here and path in known:  # it will be read again, since it has changed
                    files.append(known[path])
    return tuple(files), tuple(left_out.notices(root))


def _walk(root: str, left_out: _LeftOut, cancel: CancelToken) -> Iterator[FoundFile]:
    """Yield each audio file and text."""
    waiting: list[tuple[str, int, Beside | None]] = [("", 0, None)]
    looked_at, taken = 0, 0
    while waiting:
        inside, depth, above = waiting.pop()
        try:
            entries = list(os.scandir(os.path.join(root, inside) if inside else root))
        except OSError as error:
            if not inside:
                raise
            left_out.unreadable.append(f"{inside} ({error.strerror})")
            continue
        looked_at += len(entries)
        beside = Beside(os.path.join(root, inside), [entry.name for entry in entries], above)
        for entry in entries:
            cancel.check()
            kind = _kind(entry, left_out)
            path = os.path.join(inside, entry.name)
            if kind == "folder" and depth < MAX_DEPTH:
                waiting.append((path, depth + 1, beside if is_piece(path) else None))
            elif kind == "folder":
                left_out.too_deep += 1
            elif kind == "file":
                taken += not is_document(path)
                if taken > MAX_FILES or looked_at > MAX_ENTRIES:
                    left_out.is_full = True
                    return
                with contextlib.suppress(FileNotFoundError):  # deleted in the meantime
                    yield FoundFile(path, entry.stat(follow_symlinks=False), beside)


def _kind(entry: os.DirEntry[str], left_out: _LeftOut) -> str:
    """Return `folder`, `file` for an audio file, or an empty text for what is skipped."""
    if entry.name.startswith("."):  # hidden, which includes the companion files of macOS
        return ""
    ending = entry.name[entry.name.rfind(".") :].lower()
    is_sound = ending in PLAYABLE_ENDINGS or ending in READ
    if entry.is_symlink():
        left_out.links += is_sound or entry.is_dir()
        return ""
    kind = "folder" if entry.is_dir() else "file" if is_sound and entry.is_file() else ""
    if not kind and ending in UNPLAYABLE_ENDINGS:
        left_out.unplayable[ending] += 1
    if kind and not is_text(entry.name):
        left_out.nameless += 1
        return ""
    return kind


def holds_more(root: str, count: int) -> bool:
    """Return True if a folder and its subfolders have more than `count` audio files. Raises as `scan` does."""
    return next(islice(_walk(root, _LeftOut(), CancelToken()), count, None), None) is not None
