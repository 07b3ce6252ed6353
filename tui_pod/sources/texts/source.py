"""Single texts as a source: a file, an e-book, a page or standard input, each an episode that the voice reads.

A text is known by its words, so it is the same episode on each machine. It is kept as it was, and as it is spoken.

The articles of a feed are read and planned when they are published, so that their length and words are known. Where the
listener wants whole pages, they are fetched at a refresh, not when one is played: only so can sessions plan with them,
the search find their words, and one listen to them offline. Blocks on network and disk.
"""

from __future__ import annotations

import codecs
import filecmp
import hashlib
import json
import os
import shutil
import time
from collections.abc import Mapping
from itertools import starmap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from tui_pod.core.library.podcast_settings import PodcastSettings
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.text.clean import clean
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.address import absolute, origin, typed_address
from tui_pod.net.fetch import FetchError, fetch
from tui_pod.net.file_address import typed_path
from tui_pod.net.login import Login, check_user, split_login
from tui_pod.runtime.files import FULL, reading, reason
from tui_pod.runtime.limited_processes import ContentFault
from tui_pod.runtime.log import log
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore, Stored
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import FeedError, Published, PublishedItem, Recording
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.source import (
    STANDARD_INPUT,
    EpisodeSource,
    RefreshResult,
    Subscribed,
    SubscribeRequest,
    subscribed,
)
from tui_pod.sources.texts.kept import (
    SCHEME,
    cover_of,
    delete_unused,
    folder_of,
    plan_of,
    planned_item,
    read_articles,
    read_text,
)
from tui_pod.sources.texts.kinds import BOOKS, ENDINGS, OF_TYPES, ReadText

TOPIC = "Texts"
"""Where single texts are listed."""

AS_TEXT = "read:"
"""Before the address of a page that is to be read itself, whatever feed it names."""

MAX_FILE = 64 * 1024 * 1024
"""Largest file that is read (bytes)."""

FEWEST_WORDS = 50
"""A page with fewer words, whose address was not given as that of a text, is a wrong address."""


class _Origin(NamedTuple):
    """Where a text comes from."""

    name: str
    """Says of which kind it is, and is the title if there is no other."""
    page: str | None = None


class TextSource(EpisodeSource):
    """Single texts."""

    noun = "text"
    schemes = (SCHEME.partition(":")[0],)
    is_online = is_portable = False
    is_single = True
    cannot_move = "a text can only move to topics"

    def takes(self, typed: str, is_shell: bool = False) -> str | None:
        """Take the path of a text, the address of an e-book or one after `AS_TEXT`, or `-`."""
        if is_shell and typed.startswith(STANDARD_INPUT):
            return STANDARD_INPUT
        if (path := typed_path(typed, is_shell)) is not None:
            return path if path.lower().endswith(ENDINGS) and not os.path.isdir(path) else None
        text = typed.strip()
        address = typed_address(split_login(text.removeprefix(AS_TEXT)).text)
        is_text = text.startswith(AS_TEXT) or (address or "").partition("?")[0].lower().endswith(BOOKS)
        return address if is_text else None

    def subscribe(
        self, store: FeedStore, request: SubscribeRequest, cancel: CancelToken, fewest: int = 1
    ) -> Subscribed:
        """Read a text and keep it: see `EpisodeSource.subscribe`; one with fewer words than `fewest` is refused."""
        shown = clean(split_login(request.typed).text, 100)
        try:
            with TemporaryDirectory(dir=folder_of(store)) as folder:
                file = Path(folder, "text")
                found_at = _bring(request, file, cancel)
                file.chmod(0o600)  # whatever the umask
                if (twin := _twin(file, folder_of(store))) is not None:
                    found_at = found_at._replace(name=f"{os.path.splitext(found_at.name)[0]}{twin.suffix}")
                text = read_text(file, found_at.name, False, cancel)
                if text.words < fewest:
                    raise FeedError(f"{shown} has no article.")
                os.replace(file, folder_of(store) / f"{text.key}{text.ending}")
            address = f"{SCHEME}{text.key}"
            known = store.find(address, with_removed=True)
            folders = request.folders or (((TOPIC,),) if known is None else ())
            store.subscribe([Entry(address, text.title, folders, page=found_at.page)])
            stored = _store(store, text, found_at.page, False)
        except ContentFault as fault:
            raise FeedError(f"{shown} cannot be read: {str(fault).rstrip('.')}.") from None
        except OSError as error:
            kept, why = str(folder_of(store)), reason(error)
            if error.errno in FULL or str(error.filename).startswith(kept):
                raise FeedError(f"{shown} cannot be kept in {kept}: {why}.") from None
            raise FeedError(f"{shown} cannot be read: {why}.") from None
        return Subscribed(subscribed(store, address), stored.new, known is None or known.removed is not None)

    def refresh(
        self, store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy
    ) -> RefreshResult:
        """Plan a text again if its settings have changed, or if its episode was lost; otherwise nothing changes."""
        key, reads_code = feed.address.removeprefix(SCHEME), feed.settings.code
        with store.db.read() as db:
            row = db.execute("SELECT transcript FROM episodes WHERE feed = ?", (feed.number,)).fetchone()
        if row is not None and row[0] == str(plan_of(folder_of(store), key, reads_code)):
            return RefreshResult(feed.feed_id, feed.name)  # nothing is written: there may be hundreds
        kept = (folder_of(store) / f"{key}{ending}" for ending in ENDINGS)
        file = next((file for file in kept if file.is_file()), None)
        if file is None:
            raise FeedError("its file is gone; add it again.")
        try:
            text = read_text(file, f"{feed.title}{file.suffix}", reads_code, cancel)
            stored = _store(store, text._replace(key=key), feed.page, reads_code)
        except OSError as error:
            raise FeedError(f"it cannot be read: {reason(error)}.") from None
        return RefreshResult(feed.feed_id, feed.name, stored.new, stored.has_changed)

    def shown(self, address: str) -> str:
        """Return what it is: it has no address of its own."""
        return "a text on this machine"

    def clean_up(self, store: FeedStore) -> None:
        """Delete the files of texts that were removed."""
        delete_unused(store)


def _twin(file: Path, kept: Path) -> Path | None:
    """Return a kept text of the same content, which has another ending if it was read as another kind."""
    size = file.stat().st_size
    same = (each for each in kept.iterdir() if each.suffix in ENDINGS and each.stat().st_size == size)
    return next((each for each in same if filecmp.cmp(each, file, shallow=False)), None)


def _store(store: FeedStore, text: ReadText, page: str | None, reads_code: bool) -> Stored:
    """Store a text as the one episode of its subscription."""
    about = Recording(TOPIC, text.author, series=text.series)
    item = PublishedItem(text.key, text.title, text.summary, link=page, recording=about)
    file = plan_of(folder_of(store), text.key, reads_code)
    item = planned_item(item, text, file)
    picture = cover_of(file) or (absolute(text.picture, page or "") if text.picture else None)
    feed = Published(text.title, (item,), page, text.summary, language=text.language or None, picture=picture)
    return store.store(f"{SCHEME}{text.key}", feed)


def _bring(request: SubscribeRequest, file: Path, cancel: CancelToken) -> _Origin:
    """Copy the text that a request names to a file.

    Raises:
        OSError: it cannot be read or copied.
        FetchError: it cannot be fetched.
        FeedError: it is too large, or no place of a text.
    """
    if request.is_shell and request.typed.startswith(STANDARD_INPUT):
        if os.path.getsize(typed_in := request.typed.removeprefix(STANDARD_INPUT)) > MAX_FILE:
            raise FeedError(f"standard input has more than {MAX_FILE // 1024**2} MB.")
        shutil.copyfile(typed_in, file)
        return _Origin("")
    if (path := typed_path(request.typed, request.is_shell)) is not None:
        with reading(Path(path)) as source, file.open("wb") as target:
            if os.fstat(source.fileno()).st_size > MAX_FILE:
                raise FeedError(f"{clean(path, 100)} is larger than {MAX_FILE // 1024**2} MB.")
            shutil.copyfileobj(source, target)
        return _Origin(os.path.basename(path))
    text, user, password = split_login(request.typed.strip().removeprefix(AS_TEXT))
    address = typed_address(text)
    if address is None or ("/" not in text and text.lower().endswith(ENDINGS)):
        raise FeedError(f"{clean(text, 100)} is neither a file that is here nor an http or https address.")
    logins = [request.login] if request.login else []
    if user or password:
        logins.append(Login(origin(address), check_user(user), password))
    return fetch_text(address, request.policy.widened([origin(address)], tuple(logins)), file, cancel)


def fetch_text(address: str, policy: NetworkPolicy, file: Path, cancel: CancelToken) -> _Origin:
    """Fetch a text to a file; one in another encoding than UTF-8, as its server states, becomes that.

    Raises:
        OSError: it cannot be written.
        FetchError: it cannot be fetched.
    """
    response, content = fetch(policy.request(address), policy.limits, cancel)
    name = unquote(urlsplit(response.address).path.rstrip("/").rpartition("/")[2])
    ending = OF_TYPES.get(response.kind, "")
    if response.charset and ending != ".epub" and not content.startswith(codecs.BOM_UTF8):
        try:
            content = codecs.BOM_UTF8 + content.decode(response.charset, "replace").encode("utf-8", "replace")
        except LookupError:
            log(f"{response.address} states an encoding that is none: {clean(response.charset, 40)}")
    file.write_bytes(content)
    is_named = name.lower().endswith(ENDINGS)
    return _Origin(name if is_named and ending != ".html" else f"{name}{ending}", response.address)


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
        raise FeedError(f"its articles cannot be kept: {reason(error)}.") from error


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
