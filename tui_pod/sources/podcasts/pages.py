"""Read a feed's first page and those with older items (RFC 5005; `next_url` of a JSON Feed)."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Set
from itertools import starmap
from threading import BoundedSemaphore
from typing import Any

from tui_pod.core.player.snapshot import Chapter
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.fetch import FetchError, Response, fetch
from tui_pod.net.login import Login
from tui_pod.runtime.limited_processes import ContentFault
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.published import FeedError, NotAFeed, Published, PublishedItem
from tui_pod.sources.foreign_texts import LARGE, door
from tui_pod.sources.items import MAX_ITEMS

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8"

MAX_REDIRECTS = 3
"""Documents in a row that contain nothing but a new address."""

MAX_PAGES = 100
"""Pages of one feed that are read."""

PATIENCE = 120.0
"""No further page is fetched after this long (seconds)."""

_MARKS, _KEYWORDS, _LOGIN = map(PublishedItem._fields.index, ("marks", "keywords", "login"))

_turns = BoundedSemaphore(2)
"""How many feeds are parsed at a time; each needs a process."""


def ask(
    address: str,
    policy: NetworkPolicy,
    cancel: CancelToken,
    etag: str | None = None,
    modified: str | None = None,
) -> tuple[Response, bytes]:
    """Fetch a page; with the `etag` and `modified` of an earlier answer, the status is 304 if nothing has changed.

    Raises FetchError if it could not be fetched.
    """
    headers = {"Accept": ACCEPT, "If-None-Match": etag, "If-Modified-Since": modified}
    stated = {name: value for name, value in headers.items() if value}
    return fetch(policy.request(address, stated), policy.limits, cancel)


def read_page(address: str, policy: NetworkPolicy, cancel: CancelToken) -> tuple[Response, Published]:
    """Fetch a page; return its response and the feed in it. Raises FetchError, or FeedError if it is no feed."""
    response, content = ask(address, policy, cancel)
    return response, _parsed(response, content, cancel)


def read_answer(
    response: Response, content: bytes, policy: NetworkPolicy, cancel: CancelToken
) -> tuple[Response, Published]:
    """Return a response and its feed, following redirect documents. Raises as `read_page` does."""
    feed = _parsed(response, content, cancel)
    for _ in range(MAX_REDIRECTS):
        if not feed.is_redirect:
            return response, feed
        response, feed = read_page(feed.moved_to or "", policy, cancel)
        response.moved_to = response.moved_to or response.address
    raise FeedError("The feed redirects in a circle.")


def _parsed(response: Response, content: bytes, cancel: CancelToken) -> Published:
    """Return the feed in an answer, parsed in a process with limits. Raises FeedError."""
    call = b64encode(content).decode(), response.address, response.charset
    try:
        with _turns:
            found = door(LARGE).read("tui_pod.sources.podcasts.rss:read_feed", *call, cancel=cancel)
    except ContentFault as fault:
        raise FeedError(f"The feed cannot be read: {fault}.") from None
    if not isinstance(found, list):
        raise FeedError(found) if found else NotAFeed
    feed = Published(*found)  # with lists in place of all tuples
    return feed._replace(items=tuple(map(_item, feed.items)), categories=tuple(map(tuple, feed.categories)))


def _item(values: Any) -> PublishedItem:
    values[_MARKS], values[_KEYWORDS] = tuple(starmap(Chapter, values[_MARKS])), tuple(values[_KEYWORDS])
    if login := values[_LOGIN]:
        values[_LOGIN] = Login(tuple(login[0]), *login[1:])
    return PublishedItem(*values)


def with_older_pages(
    feed: Published, address: str, known: Set[str], policy: NetworkPolicy, cancel: CancelToken
) -> Published:
    """Return a feed with the items of its older pages, up to the first page without new items.

    If a page cannot be read, the feed is partial: what was read so far is kept. `known` are the guids of stored items.
    """
    items = list(feed.items)
    visited = {address}
    page, is_partial = feed, feed.is_partial
    deadline = time.monotonic() + PATIENCE
    while not is_partial and len(visited) < MAX_PAGES and len(items) < MAX_ITEMS:
        following = page.next_page
        if following is None or following in visited or all(item.guid in known for item in page.items):
            break
        visited.add(following)
        try:
            _, page = read_page(following, policy, cancel)
        except (FetchError, FeedError):
            is_partial = True
        else:
            items += page.items
            is_partial = page.is_partial or time.monotonic() > deadline
    return feed._replace(items=tuple(items[:MAX_ITEMS]), is_partial=is_partial)
