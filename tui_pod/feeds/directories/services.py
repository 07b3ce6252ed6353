"""The directories: what each is asked, and where its answers have what.

https://performance-partners.apple.com/search-api, https://github.com/eazyliving/fyyd-api,
https://podcastindex-org.github.io/docs-api
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tui_pod.core.errors import UserError
from tui_pod.feeds.directories.model import MOST, Directory, FoundPodcast, listed, make_found
from tui_pod.feeds.net.fetch import Request
from tui_pod.runtime.passwords import password_from

NAMES = ("itunes", "fyyd", "podcastindex")
"""What the settings call them."""


class DirectoryError(UserError):
    """A directory that cannot be asked."""


@dataclass(frozen=True)
class ITunes:
    """Apple's directory. It tells neither language nor summary, and has no second page."""

    country: str = "US"
    """Of the store that is searched: two letters."""
    base: str = "https://itunes.apple.com"
    name: str = "iTunes"

    def request(self, words: str) -> Request:
        """See `Directory.request`."""
        query = {"media": "podcast", "term": words, "limit": MOST, "country": self.country}
        return Request(f"{self.base}/search?{urlencode(query)}", stays=True)

    def entries(self, answer: Any) -> Iterable[FoundPodcast | None]:
        """See `Directory.entries`."""
        for entry in listed(answer, "results"):
            get = entry.get
            title = get("collectionName") or get("trackName")
            yield make_found(self.name, get("feedUrl"), title, get("artistName"), get("trackCount"),
                             get("releaseDate"), cover=get("artworkUrl600"))  # fmt: skip


@dataclass(frozen=True)
class Fyyd:
    """A directory from Germany, with podcasts in many languages."""

    base: str = "https://api.fyyd.de"
    name: str = "fyyd"

    def request(self, words: str) -> Request:
        """See `Directory.request`."""
        return Request(f"{self.base}/0.2/search/podcast?{urlencode({'title': words, 'count': MOST})}", stays=True)

    def entries(self, answer: Any) -> Iterable[FoundPodcast | None]:
        """See `Directory.entries`."""
        for entry in listed(answer, "data"):
            get = entry.get
            yield make_found(self.name, get("xmlURL"), get("title"), get("author"), get("episode_count"),
                             get("lastpub"), get("language"), get("imgURL"),
                             get("description") or get("subtitle"))  # fmt: skip


@dataclass(frozen=True)
class PodcastIndex:
    """The open index, which wants a key of the listener's own."""

    key: str
    secret: Callable[[], str] = field(repr=False)
    """Returns the secret that belongs to the key."""
    base: str = "https://api.podcastindex.org"
    name: str = "Podcast Index"

    def request(self, words: str) -> Request:
        """See `Directory.request`."""
        now = str(int(time.time()))
        proof = hashlib.sha1((self.key + self.secret() + now).encode(), usedforsecurity=False).hexdigest()
        headers = {"X-Auth-Key": self.key, "X-Auth-Date": now, "Authorization": proof}
        address = f"{self.base}/api/1.0/search/byterm?{urlencode({'q': words, 'max': MOST})}"
        return Request(address, headers=headers, stays=True)

    def entries(self, answer: Any) -> Iterable[FoundPodcast | None]:
        """See `Directory.entries`."""
        for entry in listed(answer, "feeds"):
            get = entry.get
            if get("dead") == 1:
                continue
            yield make_found(self.name, get("url"), get("title"), get("author") or get("ownerName"),
                             get("episodeCount"), get("newestItemPubdate") or get("lastUpdateTime"), get("language"),
                             get("artwork") or get("image"), get("description"))  # fmt: skip


def make_directories(names: Sequence[str], country: str, key: str, secret_command: str) -> list[Directory]:
    """Return the directories that the listener chose, in their order.

    Args:
        names: some of `NAMES`; Podcast Index is left out without a key.
        country: of the listener, two letters; empty: as their language says.
        key: for Podcast Index; empty: none.
        secret_command: prints what belongs to the key.
    """

    def secret() -> str:
        if not secret_command:
            raise DirectoryError("set podcastindex_secret_command under [find], beside the key.")
        return password_from(secret_command, subprocess.DEVNULL)

    made: dict[str, Directory] = {"itunes": ITunes(country_for(country, os.environ)), "fyyd": Fyyd()}
    if key:
        made["podcastindex"] = PodcastIndex(key, secret)
    return [made[name] for name in dict.fromkeys(names) if name in made]


def country_for(chosen: str, environment: Mapping[str, str]) -> str:
    """Return a country's two letters: the chosen one, else that of the language, such as `de_AT.UTF-8`, else `US`."""
    language = next(filter(None, (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    told = re.match(r"[a-z]{2,3}_([A-Z]{2})", language)
    return chosen.upper() if re.fullmatch("[A-Za-z]{2}", chosen) else told[1] if told else "US"
