"""Sources that other packages add by an entry point of the group `tui_pod.sources`: see `docs/sources.md`.

They are looked up when an address or a typed text first needs them. They get values and return values, in a thread of
their own. One that fails, hangs or returns nonsense is named, logged, and switched off until the program ends.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import cache
from math import inf, isfinite
from threading import Thread
from typing import Any, Protocol
from urllib.parse import quote, unquote

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import SUMMARY_LIMIT, clean
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.address import MAX_ADDRESS, absolute
from tui_pod.net.fetch import FetchError, fetch
from tui_pod.runtime.log import log, log_error
from tui_pod.runtime.threads import Cancelled, CancelToken, Result
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import FeedError, Published, PublishedItem
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.source import Check, EpisodeSource, RefreshResult, Subscribed, SubscribeRequest, subscribed

GROUP = "tui_pod.sources"

SCHEME = "tui-pod+"
"""Comes before the name of a source in the stored addresses of its subscriptions."""

TAKES_WITHIN, READS_WITHIN = 5.0, 120.0
"""How long a source may think about a typed text, and how long it may read (seconds)."""

MAX_TEXTS = 32_000_000
"""Characters of all notes and summaries together: as many as the largest feed has bytes."""

LOOK = 0.1
"""Seconds between two checks for cancellation."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")

Fetch = Callable[[str], bytes]
"""Returns what is at an http or https address, within the listener's settings and limits."""


class SourcePlugin(Protocol):
    """What an entry point names: an object, or a module, with these functions."""

    def takes(self, typed: str) -> str | None:
        """Return the place that a typed text means, such as a path; None if the text means nothing to it."""

    def read(self, place: str, fetch: Fetch) -> Published:
        """Return the podcast at a place. Raises FeedError: it cannot be read now; the message is shown."""


class InstalledSource(EpisodeSource):
    """A source of another package."""

    is_portable = False

    def __init__(self, name: str, load: Callable[[], Any]) -> None:
        """Load nothing yet."""
        self.noun, self._load = name, load
        self._brought: SourcePlugin | None = None
        self.fault = ""
        """Why it is switched off; empty if it is not."""

    def takes(self, typed: str, is_shell: bool = False) -> str | None:
        """Ask the package for the place that a typed text means. A source that fails takes nothing."""

        def ask(brought: SourcePlugin) -> str | None:
            place: object = brought.takes(typed)
            if not place:
                return None
            if not isinstance(place, str) or len(place) > MAX_ADDRESS:
                raise ValueError("no place")
            return f"{SCHEME}{self.noun}://{quote(place)}"

        try:
            return self._ask(ask, TAKES_WITHIN, CancelToken())
        except UserError:
            return None

    def subscribe(self, store: FeedStore, request: SubscribeRequest, cancel: CancelToken) -> Subscribed:
        """Read the place and store what the package returned. Raises FeedError, with what was wrong."""
        address = self.takes(request.typed, request.is_shell)
        if address is None:
            raise FeedError(self.fault or f"{self.noun} does not know this address.")
        found = self._read(address, cancel, request.policy)
        known = store.find(address, with_removed=True)
        store.subscribe([Entry(address, found.title, request.folders)])
        stored = store.store(address, found)
        return Subscribed(subscribed(store, address), stored.new, known is None or known.removed is not None)

    def refresh(
        self, store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy
    ) -> RefreshResult:
        """Read the place again, and store what has changed."""
        stored = store.store(feed.feed_id, self._read(feed.address, cancel, policy))
        return RefreshResult(feed.feed_id, feed.name, stored.new, stored.has_changed)

    def shown(self, address: str) -> str:
        """Return the place as it was typed."""
        return unquote(address.partition("://")[2])

    def check_itself(self) -> Check:
        """Return whether it can be loaded."""
        try:
            self._ask(lambda brought: (brought.takes, brought.read), READS_WITHIN, CancelToken())
        except FeedError as error:
            return False, str(error), "update or remove the package that provides it"
        return True, f"source {self.noun}: loaded", ""

    def _read(self, address: str, cancel: CancelToken, policy: NetworkPolicy) -> Published:
        def load(asked: str) -> bytes:
            return fetch(policy.request(asked), policy.limits, cancel)[1]

        place = self.shown(address)
        return self._ask(lambda brought: _checked(brought.read(place, load)), READS_WITHIN, cancel)

    def _ask(self, ask: Callable[[SourcePlugin], Result], patience: float, cancel: CancelToken) -> Result:
        """Return the answer of the source. Raises FeedError: it failed, and is switched off; or says what is wrong."""
        if self.fault:
            raise FeedError(self.fault)
        answer: Future[Result] = Future()

        def run() -> None:
            try:
                self._brought = self._brought or self._load()
                self.is_online = bool(getattr(self._brought, "is_online", True))
                answer.set_result(ask(self._brought))
            except BaseException as error:  # whatever it is, it is the fault of the source
                answer.set_exception(error)

        Thread(target=run, name="source", daemon=True).start()
        deadline = time.monotonic() + patience
        while not answer.done() and time.monotonic() < deadline:
            cancel.check()
            wait((answer,), LOOK)
        error = answer.exception() if answer.done() else TimeoutError(f"no answer within {patience:.0f} s")
        if error is None:
            return answer.result()
        if isinstance(error, FetchError | Cancelled):
            raise error
        if isinstance(error, UserError):
            raise FeedError(clean(str(error), 300))
        log_error(error, f"the source {self.noun} is switched off")
        self.fault = f"The source {self.noun} failed and is switched off until tui-pod starts again; the log says why."
        raise FeedError(self.fault)


@cache
def installed_sources() -> dict[str, InstalledSource]:
    """Return the sources of other packages by name; looks through the installed packages once."""
    from importlib.metadata import entry_points  # reads e-mail headers, 65 ms: not for those who only look up a source

    found: dict[str, InstalledSource] = {}
    try:
        entries = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    except Exception as error:  # the files of any package may be damaged
        log_error(error, "the installed sources cannot be listed")
        return {}
    for entry in entries:
        if _NAME.fullmatch(entry.name) and entry.name not in found:
            found[entry.name] = InstalledSource(entry.name, entry.load)
        else:
            log(f"a source named {entry.name} is not used: the name is taken, or not one of a-z, 0-9 and -")
    return found


def installed_source(address: str) -> InstalledSource:
    """Return the source of a stored address; one that is switched off if its package is no longer installed."""
    name = address.removeprefix(SCHEME).partition("://")[0]
    source = installed_sources().get(name)
    if source is None:
        source = InstalledSource(name, dict)
        source.fault = f"The source {name} is not installed."
    return source


def _checked(found: Any) -> Published:
    """Return what a source returned, cleaned. Raises any exception if it is nonsense."""
    if not isinstance(found, Published):
        raise TypeError(f"{type(found).__name__} instead of Published")
    from tui_pod.sources.items import MAX_ITEMS  # brings the parser of HTML, which few subscriptions here need

    given = found.items[:MAX_ITEMS]
    if sum(len(item.notes) + len(item.summary) for item in given) > MAX_TEXTS:
        raise FeedError(f"It gave more than {MAX_TEXTS:,} characters.")
    items = (_checked_item(item) for item in given)
    return Published(
        title=clean(found.title),
        items=tuple(item for item in items if item is not None),
        link=absolute(found.link) if found.link else None,
        summary=clean(found.summary, SUMMARY_LIMIT),
        is_serial=found.is_serial is True,
        language=clean(found.language, 20).lower() if found.language else None,
        picture=_place(found.picture),
    )


def _checked_item(item: PublishedItem) -> PublishedItem | None:
    from tui_pod.sources.items import Enclosure, make_item  # see above

    audio = _place(item.audio)
    return make_item(
        PublishedItem(
            guid=item.guid,
            title=item.title,
            link=absolute(item.link) if item.link else None,
            published=_number(item.published),
            duration=_number(item.duration, least=0.0),
            transcript=_place(item.transcript),
            chapters=absolute(item.chapters) if item.chapters else None,
            picture=_place(item.picture),
        ),
        (item.notes[:], item.summary[:]) if item.notes else (item.summary[:],),
        Enclosure(audio) if audio else None,
    )


def _place(text: str | None) -> str | None:
    """Return an http or https address, or an absolute path. Raises ValueError: it is neither."""
    if not text:
        return None
    place = absolute(text) if "://" in text else text if os.path.isabs(text) and text.isprintable() else None
    if place is None:
        raise ValueError("neither an address nor an absolute path")
    return place


def _number(value: float | None, least: float = -inf) -> float | None:
    if value is None or (isfinite(value) and value >= least):
        return value
    raise ValueError("not a time")
