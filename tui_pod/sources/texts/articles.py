"""The articles of a feed: each is read and planned when it is published, so that its length and words are known.

Where the listener wants whole pages, they are fetched at a refresh, not when one is played: only so can sessions plan
with them, the search find their words, and one listen to them offline. Blocks on network and disk.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from itertools import starmap
from pathlib import Path
from tempfile import TemporaryDirectory

from tui_pod.core.library.podcast_settings import PodcastSettings
from tui_pod.core.player.snapshot import Chapter
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.fetch import FetchError
from tui_pod.runtime.limited_processes import ContentFault
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.published import FeedError, Published, PublishedItem
from tui_pod.sources.texts.kept import folder_of, plan_of, planned_item, read_articles, read_text
from tui_pod.sources.texts.source import FEWEST_WORDS, fetch_text

MAX_ARTICLES = 1_000
"""Maximum number of articles of a feed that are planned, in its order."""

BATCH = 20
"""How many are read in one call: more would hold the interpreter for too long."""

MAX_PAGES, PATIENCE = 10, 60.0
"""Maximum number of pages that one refresh fetches, and after how many seconds it fetches no other."""


def with_articles(
    store: FeedStore, feed_id: str, found: Published, policy: NetworkPolicy, cancel: CancelToken
) -> Published:
    """Return a feed with the plans of its articles; known ones are not read again.

    It is partial while pages are still to be fetched: the next refresh goes on.

    Raises:
        FeedError: the plans cannot be written.
    """
    try:
        return _with_articles(store, feed_id, found, policy, cancel)
    except OSError as error:
        raise FeedError(f"its articles cannot be kept: {error.strerror or error}.") from error


def _with_articles(
    store: FeedStore, feed_id: str, found: Published, policy: NetworkPolicy, cancel: CancelToken
) -> Published:
    texts = [index for index, item in enumerate(found.items) if item.audio is None and not item.transcript]
    texts = texts[:MAX_ARTICLES]
    if not texts:
        return found
    feed = store.find(feed_id, with_removed=True)
    settings = feed.settings if feed is not None else PodcastSettings()
    known, items, waiting = _known(store, feed_id), list(found.items), dict[int, Path]()
    deadline, pages, is_partial = time.monotonic() + PATIENCE, 0, found.is_partial
    for index in texts:
        item = items[index]
        if settings.article == "page" and item.link:
            file = _file(store, "page", item.link, settings)
            if not file.exists() and pages < MAX_PAGES and time.monotonic() < deadline:
                pages += 1
                item = _fetched(store, item, file, settings.code, policy, cancel)
            is_partial = is_partial or not file.exists()
            item = _as_known(item, file, known)
        if item.article and item.transcript is None:
            file = _file(store, "article", f"{item.title}\0{item.article}", settings)
            item = _as_known(item, file, known)
            if item.transcript is None:
                waiting[index] = file
        items[index] = item
    indexes = list(waiting)
    for start in range(0, len(indexes), BATCH):
        batch = indexes[start : start + BATCH]
        articles = [(items[index].title, items[index].article, found.language or "") for index in batch]
        for index, text in zip(batch, read_articles(articles, settings.code, cancel), strict=True):
            if text is not None:
                items[index] = planned_item(items[index], text, waiting[index])
    return found._replace(items=tuple(items), is_partial=is_partial)


_Known = Mapping[str, tuple[float | None, str]]
"""Length and chapters of planned texts, by the path of the plan."""


def _known(store: FeedStore, feed_id: str) -> _Known:
    asked = "SELECT transcript, duration, marks FROM episodes JOIN feeds ON feed = number WHERE first = ?"
    with store.db.read() as db:
        rows = db.execute(f"{asked} AND audio IS NULL AND transcript <> ''", (feed_id,)).fetchall()
    return {path: planned for path, *planned in rows}


def _as_known(item: PublishedItem, file: Path, known: _Known) -> PublishedItem:
    """Return an item with its plan if that is known."""
    if str(file) not in known or not file.exists():
        return item
    duration, marks = known[str(file)]
    return item._replace(transcript=str(file), duration=duration, marks=tuple(starmap(Chapter, json.loads(marks))))


def _file(store: FeedStore, kind: str, made_of: str, settings: PodcastSettings) -> Path:
    key = hashlib.sha256(made_of.encode("utf-8", "replace")).hexdigest()[:32]
    return plan_of(folder_of(store), f"{kind}-{key}", settings.code)


def _fetched(
    store: FeedStore, item: PublishedItem, file: Path, reads_code: bool, policy: NetworkPolicy, cancel: CancelToken
) -> PublishedItem:
    """Return an item as its page, which is planned; an empty file says for a while that it has no article."""
    try:
        with TemporaryDirectory(dir=folder_of(store)) as folder:
            page = Path(folder, "page")
            text = read_text(page, fetch_text(item.link or "", policy, page, cancel).name, reads_code, cancel)
        if text.words >= FEWEST_WORDS:
            return planned_item(item, text, file)
    except FetchError as error:
        if error.is_offline:
            return item
    except ContentFault:
        pass
    file.touch()
    return item
