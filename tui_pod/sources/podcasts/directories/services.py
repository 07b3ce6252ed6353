"""The directories: their requests, and the fields of their answers.

https://performance-partners.apple.com/search-api, https://github.com/eazyliving/fyyd-api,
https://podcastindex-org.github.io/docs-api
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from tui_pod.core.errors import UserError
from tui_pod.net.fetch import Request
from tui_pod.runtime.passwords import password_from

MOST = 50
"""Podcasts that are requested from, and used of, one directory."""


class Directory(NamedTuple):
    """A directory of podcasts."""

    name: str
    """As shown to the listener."""
    search: str
    """Address of its search."""
    words: str
    """Name of the parameter for the words."""
    parameters: Mapping[str, object]
    """The other parameters."""
    entries: str
    """Name of the list in its answers."""
    fields: Mapping[str, Sequence[str]]
    """The names of the fields of `FoundPodcast` in an entry, best first; with `episode` it looks for episodes."""
    headers: Callable[[], Mapping[str, str]] = dict
    """Returns the headers of a request; raises `UserError` if the key is not available."""

    @property
    def finds_episodes(self) -> bool:
        """True if it is asked for episodes, not for podcasts."""
        return "episode" in self.fields

    def request(self, words: str) -> Request:
        """Return the request for podcasts with some words. Raises `UserError` if the key is not available."""
        query = urlencode({**self.parameters, self.words: words})
        return Request(f"{self.search}?{query}", headers=self.headers(), stays=True)


def itunes(country: str, base: str = "https://itunes.apple.com") -> Directory:
    """Return Apple's directory for a country (two letters). It has neither language nor summary."""
    fields = {
        "address": ["feedUrl"], "title": ["collectionName", "trackName"], "publisher": ["artistName"],
        "episodes": ["trackCount"], "newest": ["releaseDate"], "cover": ["artworkUrl600"],
    }  # fmt: skip
    parameters = {"media": "podcast", "limit": MOST, "country": country}
    return Directory("iTunes", f"{base}/search", "term", parameters, "results", fields)


def itunes_episodes(country: str, base: str = "https://itunes.apple.com") -> Directory:
    """Return Apple's directory of episodes for a country (two letters)."""
    fields = {
        "address": ["feedUrl"], "title": ["collectionName"], "episode": ["trackName"], "newest": ["releaseDate"],
        "cover": ["artworkUrl600"], "summary": ["description", "shortDescription"],
    }  # fmt: skip
    parameters = {"media": "podcast", "entity": "podcastEpisode", "limit": MOST, "country": country}
    return Directory("iTunes", f"{base}/search", "term", parameters, "results", fields)


def fyyd(base: str = "https://api.fyyd.de") -> Directory:
    """Return a directory from Germany, with podcasts in many languages."""
    fields = {
        "address": ["xmlURL"], "title": ["title"], "publisher": ["author"], "episodes": ["episode_count"],
        "newest": ["lastpub"], "language": ["language"], "cover": ["imgURL"], "summary": ["description", "subtitle"],
    }  # fmt: skip
    return Directory("fyyd", f"{base}/0.2/search/podcast", "title", {"count": MOST}, "data", fields)


def podcast_index(key: str, secret: Callable[[], str], base: str = "https://api.podcastindex.org") -> Directory:
    """Return the open index, which requires a key of the listener's own and its secret."""

    def headers() -> Mapping[str, str]:
        now = str(int(time.time()))
        proof = hashlib.sha1((key + secret() + now).encode(), usedforsecurity=False).hexdigest()
        return {"X-Auth-Key": key, "X-Auth-Date": now, "Authorization": proof}

    fields = {
        "address": ["url"], "title": ["title"], "publisher": ["author", "ownerName"], "episodes": ["episodeCount"],
        "newest": ["newestItemPubdate", "lastUpdateTime"], "language": ["language"], "cover": ["artwork", "image"],
        "summary": ["description"],
    }  # fmt: skip
    search = f"{base}/api/1.0/search/byterm"
    return Directory("Podcast Index", search, "q", {"max": MOST}, "feeds", fields, headers)


def make_directories(names: Sequence[str], country: str, key: str, secret_command: str) -> list[Directory]:
    """Return the directories that the listener chose, in their order.

    They are some of `itunes`, `fyyd` and `podcastindex`, which is left out without a key; a command prints its secret.
    An empty `country` is derived from the listener's language.
    """

    def secret() -> str:
        if not secret_command:
            raise UserError("set podcastindex_secret_command under [find], beside the key.")
        return password_from(secret_command, subprocess.DEVNULL)

    place = country_for(country, os.environ)
    made = {"itunes": [itunes(place), itunes_episodes(place)], "fyyd": [fyyd()]}
    if key:
        made["podcastindex"] = [podcast_index(key, secret)]
    return [directory for name in dict.fromkeys(names) for directory in made.get(name, ())]


def country_for(chosen: str, environment: Mapping[str, str]) -> str:
    """Return a country code: the chosen one, or that of the locale, such as `de_AT.UTF-8`, or `US`."""
    language = next(filter(None, (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    found = re.match(r"[a-z]{2,3}_([A-Z]{2})", language)
    return chosen.upper() if re.fullmatch("[A-Za-z]{2}", chosen) else found[1] if found else "US"
