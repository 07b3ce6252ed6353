"""Read a feed's first page and those with older items (RFC 5005; `next_url` of a JSON Feed), and follow links to feeds.

People share links from other players and sites, which name a podcast, an episode and a second. Their forms:
https://github.com/nathangathright/podcast-platform-links and https://antennapod.org/documentation. Apple's numbers are
looked up, those of episodes among the newest of their podcast: https://performance-partners.apple.com/search-api.
"""

from __future__ import annotations

import json
import os
import re
import time
from base64 import b64encode
from collections.abc import Sequence, Set
from itertools import starmap
from threading import BoundedSemaphore
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from tui_pod.core.library.values import to_seconds
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.text.clean import clean, unescaped
from tui_pod.core.text.html_text import feed_links
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.address import absolute, typed_address, typed_addresses
from tui_pod.net.fetch import FetchError, Response, fetch
from tui_pod.net.login import Login
from tui_pod.runtime.limited_processes import ContentFault
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.published import FeedError, NotAFeed, Published, PublishedItem
from tui_pod.sources import directories
from tui_pod.sources.directories import UNREADABLE
from tui_pod.sources.foreign_texts import FEED, door
from tui_pod.sources.items import MAX_ITEMS

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8"

LOGIN_PAGE = (
    "The answer is a login page, of the network (as in a hotel) or of the site: log in there with a browser, and try"
    " again."
)

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
            found = door(FEED).read("tui_pod.sources.podcasts.rss:read_feed", *call, cancel=cancel)
    except ContentFault as fault:
        raise FeedError(f"The feed cannot be read: {fault}.") from None
    if not isinstance(found, list):
        if not content.strip():
            raise FeedError("The server answered with nothing.")
        raise FeedError(found) if found else NotAFeed(*login_page(content))
    feed = Published(*found)  # with lists in place of all tuples
    return feed._replace(items=tuple(map(_item, feed.items)), categories=tuple(map(tuple, feed.categories)))


def login_page(content: bytes) -> Sequence[str]:
    """Return what to say about a page, which is no feed, if it asks for a login; nothing if it does not."""
    start = content[:100_000].lower()
    is_one = b"<form" in start and re.search(rb"\btype\s?=\s?[\"']?password|\bwi-?fi\b|\bwlan\b|\bhotspot\b", start)
    return (LOGIN_PAGE,) if is_one else ()


def _item(values: Any) -> PublishedItem:
    values[_MARKS], values[_KEYWORDS] = tuple(starmap(Chapter, values[_MARKS])), tuple(values[_KEYWORDS])
    if login := values[_LOGIN]:
        values[_LOGIN] = Login(tuple(login[0]), *login[1:4])
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


_AT_APPLE = re.compile(r"(?:(?P<country>[a-z]{2})/)?(?:podcast/(?:[^/]+/)?id(?P<apple>\d+)|channel/)")
LINKS = {
    "podcasts.apple.com": ("Apple Podcasts", _AT_APPLE),
    "itunes.apple.com": ("Apple Podcasts", _AT_APPLE),
    "overcast.fm": ("Overcast", re.compile(r"itunes(?P<apple>\d+)|\+[\w-]+(?:/(?P<time>[\d:]+))?")),
    "overcast:": ("Overcast", re.compile(r"x-callback-url/add")),
    "pca.st": ("Pocket Casts", re.compile(r"itunes/(?P<apple>\d+)|feed/(?P<feed>.+)|\w")),
    "pocketcasts.com": ("Pocket Casts", re.compile(r"podcasts?/|episode/")),
    "pktc:": ("Pocket Casts", re.compile(r"subscribe/(?P<feed>.+)")),
    "podcastaddict.com": (
        "Podcast Addict", re.compile(r"feed/(?P<feed>.+)|podcast/|episode/(?P<episode>http[^&?]+)?")
    ),
    "antennapod.org": ("AntennaPod", re.compile(r"deeplink/subscribe")),
    "antennapod-subscribe:": ("AntennaPod", re.compile(r"(?P<feed>.+)")),
    "open.spotify.com": ("Spotify", re.compile(r"(?:intl-\w+/)?(?:show|episode)/")),
    "castbox.fm": ("Castbox", re.compile(r"(?:channel|episode|vic|ch|ep)/")),
    "fountain.fm": ("Fountain", re.compile(r"(?:show|episode)/")),
    "podcastindex.org": ("Podcast Index", re.compile(r"podcast/")),
    "deezer.com": ("Deezer", re.compile(r"(?:[a-z]{2}/)?(?:show|episode)/")),
    "music.amazon": ("Amazon Music", re.compile(r"podcasts/")),
    "iheart.com": ("iHeart", re.compile(r"podcast/")),
    "tunein.com": ("TuneIn", re.compile(r"podcasts/")),
    "audible.com": ("Audible", re.compile(r"(?:podcast|pd)/")),
    "player.fm": ("Player FM", re.compile(r"(?:[a-z]{2}/)?series/")),
    "goodpods.com": ("Goodpods", re.compile(r"podcasts/")),
    "podchaser.com": ("Podchaser", re.compile(r"podcasts/")),
    "youtube.com": ("YouTube", re.compile(r"(?!feeds/)")),
    "music.youtube.com": ("YouTube", re.compile(r"")),
    "youtu.be": ("YouTube", re.compile(r"")),
}  # fmt: skip
"""By host or scheme: the service, and how what follows names a podcast: its feed, Apple's number, or else its page."""

MAX_PAGE = 2_000_000
"""Bytes of a page that are read."""

_NUMBER = re.compile(
    r"(?:podcasts|itunes)\.apple\.com/(?:[a-z]{2}/)?podcast/(?:[^/\"'?<>\s]{1,300}/)?id(\d+)|/itunes(\d+)/"
)
_PREFIX = re.compile(r"^(?:www|m|play)\.|(?<=^music\.amazon)\.[a-z.]+$")
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]{1,2000}")
_HREF = re.compile(r"href=[\"']?([^\s\"'<>]{1,2000})", re.IGNORECASE)
_FEED = re.compile(r"\.(?:xml|rss)$|/(?:rss|feed)/?$")
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<>]{1,300})", re.IGNORECASE)


class Link(NamedTuple):
    """A link as it is written; what it does not name is empty."""

    service: str
    page: str
    feed: str = ""
    """The address of the feed; the scheme may be missing."""
    apple: str = ""
    """Apple's number of the podcast."""
    country: str = ""
    episode: str = ""
    """Apple's number of the episode, or the address of its recording."""
    time: str = ""

    @property
    def start(self) -> float | None:
        """The seconds from which to play; None if it names none."""
        return to_seconds(self.time.removesuffix("s"))


class Target(NamedTuple):
    """Where a link leads."""

    feeds: tuple[str, ...]
    """Addresses of which one is the feed, likeliest first."""
    clues: frozenset[str] = frozenset()
    """Guids and addresses of recordings that may be those of the episode."""

    def item_in(self, feed: Published) -> PublishedItem | None:
        """Return the only item that the clues fit; None if there is none, or if several are named."""
        keys = set(map(_key, self.clues))
        found = [item for item in feed.items if item.guid in self.clues or (item.audio and _key(item.audio) in keys)]
        return found[0] if len(found) == 1 else None


def read_link(typed: str) -> Link | None:
    """Return what a typed link of `LINKS` says; None if it is another address."""
    address = typed_address(typed) or ""
    scheme, _, rest = typed.strip().partition(":")
    place = _PREFIX.sub("", urlsplit(address).hostname or "") or f"{scheme.lower()}:"
    rest = address.partition("://")[2].partition("/")[2] or rest.lstrip("/")
    if place not in LINKS or (found := LINKS[place][1].match(rest)) is None:
        return None
    asked = {name: values[0] for name, values in parse_qs(rest.partition("?")[2]).items()}
    named = {"feed": asked.get("url", ""), "episode": asked.get("i", ""), "time": asked.get("t", "")}
    named |= {name: unquote(value) for name, value in found.groupdict().items() if value}
    return Link(LINKS[place][0], address, **named)


def follow(link: Link, policy: NetworkPolicy, cancel: CancelToken) -> Target:
    """Find the feed that a link leads to.

    Raises:
        FetchError: a page cannot be fetched.
        FeedError: it names no feed.
    """
    if link.feed:
        return Target(tuple(typed_addresses(link.feed)))
    if link.apple:
        return _look_up(link, link.apple, policy, cancel)
    if not link.page:
        raise FeedError(refusal(link))
    _, content = ask(link.page, policy, cancel)
    return named_in(content, link, policy, cancel)


def named_in(content: bytes, link: Link, policy: NetworkPolicy, cancel: CancelToken) -> Target:
    """Return the feed that a page names; that of a service, which `link` names, is not one of its own host.

    Raises as `follow` does.
    """
    page = unescaped(content[:MAX_PAGE].decode("utf-8", "replace").replace("\\/", "/"))
    addresses = dict.fromkeys(_ADDRESS.findall(page))
    own = link.service and urlsplit(link.page).hostname
    hrefs = _HREF.findall(page)
    named = [*feed_links(page), *(each for each in (*addresses, *hrefs) if _FEED.search(each.partition("?")[0]))]
    feeds = [feed for each in named if (feed := absolute(each, link.page)) and urlsplit(feed).hostname != own]
    clues = frozenset((*addresses, link.episode))
    if feeds:
        return Target(tuple(dict.fromkeys(feeds)), clues)
    numbers = {first or second for first, second in _NUMBER.findall(page)}
    if len(numbers) == 1:
        return _look_up(link, numbers.pop(), policy, cancel)._replace(clues=clues)
    title = _TITLE.search(page)
    raise FeedError(refusal(link, f" of “{clean(title[1], 80)}”" if title else ""))


def refusal(link: Link, which: str = "") -> str:
    """Return the message for a link that names no feed; `which` says of what."""
    return f"{link.service} does not name the feed{which}. Search for the podcast by its name instead."


def _look_up(link: Link, number: str, policy: NetworkPolicy, cancel: CancelToken) -> Target:
    country = directories.country_for(link.country, os.environ)
    base = directories.itunes(country).search.removesuffix("/search")
    entity = "podcastEpisode&limit=200" if link.episode else "podcast"  # 200 is the most
    _, content = ask(f"{base}/lookup?id={number}&country={country}&entity={entity}", policy, cancel)
    try:
        entries = json.loads(content)["results"]
        feed = next((found for entry in entries if (found := absolute(entry.get("feedUrl") or ""))), None)
        episodes = [entry for entry in entries if str(entry.get("trackId")) == link.episode]
    except UNREADABLE:
        raise FeedError("iTunes did not answer with a podcast. Try again later.") from None
    if feed is None:
        raise FeedError(refusal(link))
    return Target(
        (feed,), frozenset(str(entry.get(name)) for entry in episodes for name in ("episodeGuid", "episodeUrl"))
    )


def _key(address: str) -> str:
    """Return what two addresses of the same recording share."""
    return unescaped(address).partition("://")[2].partition("?")[0].partition("#")[0]
