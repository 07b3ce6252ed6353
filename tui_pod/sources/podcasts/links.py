"""Links that people share from other players and sites: the podcast, episode and second that they name.

Their forms: https://github.com/nathangathright/podcast-platform-links and https://antennapod.org/documentation. Apple's
numbers are looked up, those of episodes among the newest of their podcast: https://performance-partners.apple.com/search-api.
"""

from __future__ import annotations

import json
import os
import re
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from tui_pod.core.library.values import to_seconds
from tui_pod.core.text.clean import clean, unescaped
from tui_pod.core.text.html_text import feed_links
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.address import absolute, typed_address, typed_addresses
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.published import FeedError, Published, PublishedItem
from tui_pod.sources.podcasts.directories import services
from tui_pod.sources.podcasts.directories.find import UNREADABLE
from tui_pod.sources.podcasts.pages import ask

_AT_APPLE = re.compile(r"(?:(?P<country>[a-z]{2})/)?podcast/(?:[^/]+/)?id(?P<apple>\d+)")
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
_PREFIX = re.compile(r"^(?:www|m|play)\.")
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]{1,2000}")
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
    page = unescaped(content[:MAX_PAGE].decode("utf-8", "replace").replace("\\/", "/"))
    addresses = dict.fromkeys(_ADDRESS.findall(page))
    own = urlsplit(link.page).hostname
    named = [*feed_links(page), *(each for each in addresses if _FEED.search(each.partition("?")[0]))]
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
    country = services.country_for(link.country, os.environ)
    base = services.itunes(country).search.removesuffix("/search")
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
