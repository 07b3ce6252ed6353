"""The articles of a feed: each is read and planned when it is published, so that its length and words are known.

Where the listener wants whole pages, they are fetched at a refresh, not when one is played: only so can sessions plan
with them, the search find their words, and one listen to them offline. Blocks on network and disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tui_pod.core.library.podcast_settings import PodcastSettings
from tui_pod.core.player.snapshot import Chapter
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.fetch import FetchError
from tui_pod.runtime.limited_processes import ContentFault
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.texts.kept import PLANNED, folder_of, plan_of, planned_item, read_articles, read_text, write
from tui_pod.sources.texts.source import FEWEST_WORDS, fetch_text

PAGE, FROM_FEED = "page", "article"
"""What the files of pages and of articles from the feed begin with."""

MAX_PAGES, PATIENCE = 10, 60.0
"""Maximum number of pages that one refresh fetches, and after how many seconds it fetches no other; the rest follow."""

BATCH = 1_000_000
"""Characters of articles that are read in one call."""

MOST = 100
"""How many of a feed's episodes are compared with its settings."""


def is_outdated(store: FeedStore, feed: Subscription) -> bool:
    """Return whether articles are to be made anew, as the settings of their feed have changed or pages are missing."""
    asked = "SELECT transcript, link FROM episodes WHERE feed = ? AND audio IS NULL AND place >= 0 ORDER BY sort DESC"
    with store.db.read() as db:
        rows = db.execute(f"{asked} LIMIT ?", (feed.number, MOST)).fetchall()
    settings = feed.settings
    for transcript, link in rows:
        name = os.path.basename(transcript or "")
        if settings.article == PAGE and link and not _file(store, PAGE, link, settings).exists():
            return True
        if name.startswith((PAGE, FROM_FEED)) and name.endswith(f".code{PLANNED}") is not settings.code:
            return True
        if settings.article != PAGE and name.startswith(PAGE):
            return True
    return False


def with_articles(
    store: FeedStore, feed_id: str, found: Published, policy: NetworkPolicy, cancel: CancelToken
) -> Published:
    """Return a feed with the plans of its articles; those that are known are not read again."""
    if all(item.audio is not None or item.transcript for item in found.items):
        return found
    feed = store.find(feed_id, with_removed=True)
    settings = feed.settings if feed is not None else PodcastSettings()
    known = _known(store, feed_id)
    items, waiting = list(found.items), dict[int, Path]()
    deadline, pages = time.monotonic() + PATIENCE, MAX_PAGES
    for index, item in enumerate(items):
        if item.audio is not None or item.transcript:
            continue
        if settings.article == PAGE and item.link:
            file = _file(store, PAGE, item.link, settings)
            if not file.exists() and pages and time.monotonic() < deadline:
                pages -= 1
                known |= _fetch(store, item, file, settings.code, policy, cancel)
            if (planned := known.get(str(file))) is not None:
                items[index] = replace(item, transcript=str(file), duration=planned[0], marks=planned[1])
                continue
        if item.article:
            file = _file(store, FROM_FEED, f"{item.title}\0{item.article}", settings)
            planned = known.get(str(file)) if file.exists() else None
            if planned is not None:
                items[index] = replace(item, transcript=str(file), duration=planned[0], marks=planned[1])
            else:
                waiting[index] = file
    _read(items, waiting, found.language or "", settings.code, cancel)
    return replace(found, items=tuple(items))


_Planned = Mapping[str, tuple[float | None, tuple[Chapter, ...]]]
"""Duration and chapters of planned texts, by the path of the plan."""


def _known(store: FeedStore, feed_id: str) -> dict[str, tuple[float | None, tuple[Chapter, ...]]]:
    asked = "SELECT transcript, duration, marks FROM episodes JOIN feeds ON feed = number WHERE first = ?"
    with store.db.read() as db:
        rows = db.execute(f"{asked} AND audio IS NULL AND transcript LIKE ?", (feed_id, f"%{PLANNED}")).fetchall()
    return {path: (duration, tuple(Chapter(*mark) for mark in json.loads(marks))) for path, duration, marks in rows}


def _file(store: FeedStore, kind: str, made_of: str, settings: PodcastSettings) -> Path:
    key = hashlib.sha256(made_of.encode("utf-8", "replace")).hexdigest()[:32]
    return plan_of(folder_of(store), f"{kind}-{key}", settings.code)


def _fetch(
    store: FeedStore, item: PublishedItem, file: Path, reads_code: bool, policy: NetworkPolicy, cancel: CancelToken
) -> _Planned:
    """Fetch the page of an item and plan it; an empty file says for a while that it has no article."""
    try:
        with TemporaryDirectory(dir=folder_of(store)) as folder:
            page = Path(folder, "page")
            origin = fetch_text(item.link or "", policy, page, cancel)
            text = read_text(page, origin.name, reads_code, cancel)
    except FetchError as error:
        if not error.is_offline:
            write(file, b"")
        return {}
    except ContentFault:
        write(file, b"")
        return {}
    if text.words < FEWEST_WORDS:
        write(file, b"")
        return {}
    planned = planned_item(item, text, file)
    return {str(file): (planned.duration, planned.marks)}


def _read(
    items: list[PublishedItem], waiting: Mapping[int, Path], language: str, reads_code: bool, cancel: CancelToken
) -> None:
    """Replace the waiting items by planned ones, a batch at a time."""
    batch: list[int] = []
    size = 0
    for number, index in enumerate(waiting, 1):
        batch.append(index)
        size += len(items[index].article)
        if size < BATCH and number < len(waiting):
            continue
        articles = [(items[each].title, items[each].article, language) for each in batch]
        for each, text in zip(batch, read_articles(articles, reads_code, cancel), strict=True):
            if text is not None:
                items[each] = planned_item(items[each], text, waiting[each])
        batch, size = [], 0
