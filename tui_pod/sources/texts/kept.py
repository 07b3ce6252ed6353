"""The texts that are kept on this machine: their files, and the process that reads them. Blocks on the disk.

A file is called by its content, or by what it was made from, so that it is made once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path

from tui_pod.core.player.snapshot import Chapter
from tui_pod.runtime.files import make_folder
from tui_pod.runtime.files import replace as replace_file
from tui_pod.runtime.limited_processes import OVERSPENT, ContentFault, budget
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.published import FeedError, PublishedItem
from tui_pod.sources.foreign_texts import FEED, LARGE, READ_BOOK, door, state_of
from tui_pod.sources.texts.kinds import ReadText

FOLDER = "texts"
"""Its name in the folder of data."""

SCHEME = "texts://"
"""What the addresses of single texts start with; the key of the words follows."""

PLANNED, COVER = ".vtt", ".cover"
"""The endings of a planned text and of its cover."""

FRESH = 3_600.0
"""Seconds for which an unused file is kept: its episode may not be stored yet."""

_PARSING = "tui_pod.sources.texts.parsing"


def folder_of(store: FeedStore) -> Path:
    """Return the folder of the texts, which is created if need be."""
    folder = store.db.file.parent / FOLDER
    make_folder(folder)
    return folder


def read_text(file: Path, name: str, reads_code: bool, cancel: CancelToken) -> ReadText:
    """Return the text in a file: see `parsing.read_file`. Raises ContentFault: it cannot be read."""
    state = state_of(file.stat())
    return ReadText(*door(LARGE).read(READ_BOOK, str(file), name, reads_code, *state, cancel=cancel))


def read_articles(
    articles: Sequence[tuple[str, str, str]], reads_code: bool, cancel: CancelToken
) -> list[ReadText | None]:
    """Return articles of a feed as `parsing.read_article` does; None for those that cannot be read.

    Raises FeedError if they take more than what is left of the budget of the feed.
    """
    calls = [(*article, reads_code) for article in articles]
    texts = door(FEED)
    found = texts.read_each(f"{_PARSING}:read_article", calls, cancel)
    spent = budget.get()
    if spent is not None and spent.left <= 0:
        texts.blame(OVERSPENT)
        raise FeedError(f"its articles cannot be read: {OVERSPENT}.")
    return [ReadText(*text) if text and not isinstance(text, ContentFault) else None for text in found]


def plan_of(folder: Path, key: str, reads_code: bool) -> Path:
    """Return the file of a plan."""
    return folder / f"{key}{'.code' * reads_code}{PLANNED}"


def write_plan(file: Path, text: ReadText) -> tuple[Chapter, ...]:
    """Write a plan, and the cover beside it; return the chapters."""
    replace_file(file, text.planned)
    if text.cover:
        file.with_suffix(COVER).write_bytes(b64decode(text.cover))
    return tuple(Chapter(start, title) for start, title in text.marks)


def planned_item(item: PublishedItem, text: ReadText, file: Path) -> PublishedItem:
    """Return an item as the text that it is, whose plan is written to a file."""
    return item._replace(transcript=str(file), duration=text.duration, marks=write_plan(file, text))


def with_own_transcript(store: FeedStore, item: PublishedItem) -> PublishedItem:
    """Return an item with a file instead of a transcript that is the text itself. Raises OSError."""
    if "\n" not in (text := item.transcript or ""):
        return item
    ending = ".vtt" if text.startswith("WEBVTT") else ".srt"
    file = folder_of(store) / f"{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}{ending}"
    if not file.exists():
        replace_file(file, text)
    return item._replace(transcript=str(file))


def cover_of(file: Path) -> str | None:
    """Return the path of the cover beside a plan, if there is one."""
    cover = file.with_suffix(COVER)
    return str(cover) if cover.exists() else None


def delete_unused(store: FeedStore) -> None:
    """Delete the files of texts that were removed, and of articles that have changed. Raises OSError."""
    folder = store.db.file.parent / FOLDER
    if store.is_empty or not folder.is_dir():
        return
    with store.db.read() as db:
        kept = {
            os.path.basename(path).partition(".")[0]
            for (path,) in db.execute("SELECT transcript FROM episodes WHERE transcript <> ''")
        }
        kept |= {address.removeprefix(SCHEME) for (address,) in db.execute("SELECT address FROM feeds")}
    now = time.time()
    for file in folder.iterdir():
        if file.name.partition(".")[0] not in kept and file.stat().st_mtime < now - FRESH:
            shutil.rmtree(file) if file.is_dir() else file.unlink()  # a killed program leaves folders
