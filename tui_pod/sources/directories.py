"""Search public directories for podcasts, concurrently, and merge their answers. Runs on the event loop.

They are asked only when the listener looks for a podcast, and what they answer is not trusted. Their requests:
https://performance-partners.apple.com/search-api, https://github.com/eazyliving/fyyd-api,
https://podcastindex-org.github.io/docs-api

Apple's charts, whose answer is kept for a day, are the feed that AntennaPod reads (`ItunesTopListLoader`), with `genre`
for a category; the numbers are in https://podcasts.apple.com/us/genre/podcasts/id26. They have summaries but no feeds,
which `lookup` has. Apple's newer https://rss.marketingtools.apple.com has no categories.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from tui_pod.core.errors import UserError
from tui_pod.core.library.values import to_time
from tui_pod.core.text.clean import clean, counted, enumerated, fold
from tui_pod.core.text.html_text import to_summary
from tui_pod.core.wall_time import believed_seconds
from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.address import absolute
from tui_pod.net.fetch import FetchError, Limits, Request, fetch
from tui_pod.recordings.documents import copy_name, read_document
from tui_pod.runtime.log import log_error
from tui_pod.runtime.passwords import password_from
from tui_pod.runtime.threads import CancelToken, in_thread

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


LIMITS = Limits(size=4 * 1024 * 1024, seconds=20.0, idle=10.0, head=15.0)
"""Limits for the answer of one directory."""

MAX_WORDS = 200
"""Maximum number of characters of a search."""

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What is raised while an answer is read that is not of the expected shape."""

MAX_COUNT = 1_000_000
"""Highest believable number of episodes of one podcast."""


@dataclass(frozen=True, slots=True)
class FoundPodcast:
    """A podcast as a directory describes it, cleaned; None for what is not stated."""

    address: str
    """The http(s) address of its feed. The listener did not type it, so it may not be in their own network."""
    title: str
    publisher: str | None = None
    episodes: int | None = None
    newest: date | None = None
    """Date of its latest episode."""
    language: str | None = None
    """Such as `en-gb`, in lower case."""
    cover: str | None = None
    """Address of its picture."""
    summary: str = ""
    directories: tuple[str, ...] = ()
    """Names of the directories that list it."""
    episode: str | None = None
    """Title of the episode that was found, to which date and summary belong; None if the podcast was found."""

    @property
    def name(self) -> str:
        """Title of what was found."""
        return self.episode or self.title

    @property
    def details(self) -> tuple[str, ...]:
        """What is known besides its title: publisher, number of episodes, date of the latest one, language.

        Of an episode: podcast and date.
        """
        word = "" if self.episode else "last "
        newest = f"{word}{self.newest:%-d %b %Y}" if self.newest else None
        count = counted(self.episodes) if self.episodes else None
        podcast = self.title if self.episode else None
        return tuple(filter(None, (podcast, self.publisher, count, newest, self.language)))


@dataclass(frozen=True, slots=True)
class Finding:
    """What the directories found."""

    podcasts: tuple[FoundPodcast, ...] = ()
    """Best matches first, without duplicates."""
    faults: tuple[str, ...] = ()
    """Why some directories returned nothing."""
    without_feed: int = 0
    """Number of podcasts without a feed, such as those exclusive to one app."""
    episodes: tuple[FoundPodcast, ...] = ()
    """Episodes that match, each by its podcast."""
    unanswered: tuple[str, ...] = ()
    """Names of the directories that did not answer."""

    def answered(self, names: Iterable[str]) -> list[str]:
        """Return those of the names of directories that answered."""
        return [name for name in names if name not in self.unanswered]


async def find(words: str, directories: Sequence[Directory], policy: NetworkPolicy = PUBLIC) -> Finding:
    """Return the podcasts that match some words in the directories. Failures of single directories are in `faults`."""
    asking = [partial(_ask, directory, words, policy) for directory in directories]
    answers = await asyncio.gather(*(in_thread(ask) for ask in asking))
    faults = dict[str, dict[str, None]]()  # the names of those that say the same
    for one, answer in zip(directories, answers, strict=True):
        if isinstance(answer, str):
            faults.setdefault(answer.removeprefix(one.name), {})[one.name] = None
    lists = [answer for answer in answers if not isinstance(answer, str)]
    missing = sum(entry is None for answer in lists for entry in answer)
    found = [*_merged([entry for entry in answer if entry] for answer in lists)]
    podcasts = tuple(each for each in found if not each.episode)
    episodes = tuple(each for each in found if each.episode)
    silent = {one.name: None for one, answer in zip(directories, answers, strict=True) if isinstance(answer, str)}
    for one, answer in zip(directories, answers, strict=True):
        if not isinstance(answer, str):
            silent.pop(one.name, None)
    return Finding(
        podcasts,
        tuple(f"{enumerated([*names])}{said}" for said, names in faults.items()),
        missing,
        episodes,
        tuple(silent),
    )


def _ask(
    directory: Directory, words: str, policy: NetworkPolicy, cancel: CancelToken
) -> list[FoundPodcast | None] | str:
    """Return a directory's podcasts, None for each without a feed, or why it failed. Raises only `Cancelled`."""

    def entries() -> object:
        request = replace(directory.request(words[:MAX_WORDS]), allowed=policy.private)
        return json.loads(fetch(request, LIMITS, cancel)[1])[directory.entries]

    return found_in(directory, entries)


def found_in(directory: Directory, ask: Callable[[], object]) -> list[FoundPodcast | None] | str:
    """Return the podcasts in the entries that `ask` fetches, None for each without a feed, or why there are none."""
    try:
        entries = ask()
        if isinstance(entries, list):
            alive = [entry for entry in entries[:MOST] if isinstance(entry, dict) and entry.get("dead") != 1]
            return [_found(directory, entry) for entry in alive]
    except FetchError as error:
        if error.status in (401, 403):
            return f"{directory.name}: the key or the request is refused ({error.status})."
        if error.is_offline:
            return f"{directory.name}: this machine is offline."
        return f"{directory.name}: {error}"
    except UserError as error:
        return f"{directory.name}: {error}"
    except UNREADABLE as error:
        log_error(error, f"{directory.name} cannot be understood")
    return f"{directory.name} did not answer with a list of podcasts. Try again later."


def _found(directory: Directory, entry: Mapping[str, Any]) -> FoundPodcast | None:
    """Return the podcast in an entry of an answer, which may contain anything; None if it has no feed address."""

    def get(field: str) -> Any:
        return next((value for name in directory.fields.get(field, ()) if (value := entry.get(name))), None)

    def text(field: str) -> str:
        return value if isinstance(value := get(field), str) else ""

    feed = absolute(text("address"))
    if feed is None:
        return None
    return FoundPodcast(
        feed,
        _line(text("title")) or feed,
        _line(text("publisher")) or None,
        count if type(count := get("episodes")) is int and 0 < count <= MAX_COUNT else None,
        _day(get("newest")),
        _line(text("language"), 20).lower().replace("_", "-") or None,
        absolute(text("cover")),
        to_summary(text("summary")[:20_000]),
        (directory.name,),
        _line(text("episode")) or None,
    )


def _line(text: str, limit: int = 300) -> str:
    return clean(text[: 10 * limit], limit)


def _day(value: Any) -> date | None:
    seconds = to_time(value) if isinstance(value, str) else value
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 1e11:
        return None
    return datetime.fromtimestamp(believed_seconds(seconds, time.time()), UTC).date()


def _merged(lists: Iterable[Sequence[FoundPodcast]]) -> Iterator[FoundPodcast]:
    """Yield the first of each list, then the second of each, and so on; duplicates are merged."""
    found: dict[str, FoundPodcast] = {}
    for podcast in chain.from_iterable(zip_longest(*lists)):
        if podcast is not None:
            key = f"{podcast.address.partition('://')[2].rstrip('/').lower()}\n{podcast.episode or ''}"
            found[key] = _joined(found[key], podcast) if key in found else podcast
    yield from found.values()


def _joined(one: FoundPodcast, other: FoundPodcast) -> FoundPodcast:
    return replace(
        one,
        publisher=one.publisher or other.publisher,
        episodes=max(one.episodes or 0, other.episodes or 0) or None,
        newest=max(filter(None, (one.newest, other.newest)), default=None),
        language=one.language or other.language,
        cover=one.cover or other.cover,
        summary=one.summary or other.summary,
        directories=tuple(dict.fromkeys(one.directories + other.directories)),
    )


CATEGORIES = {
    "Arts": 1301, "Business": 1321, "Comedy": 1303, "Education": 1304, "Fiction": 1483, "Government": 1511,
    "Health & Fitness": 1512, "History": 1487, "Kids & Family": 1305, "Leisure": 1502, "Music": 1310, "News": 1489,
    "Religion & Spirituality": 1314, "Science": 1533, "Society & Culture": 1324, "Sports": 1545, "TV & Film": 1309,
    "Technology": 1318, "True Crime": 1488,
}  # fmt: skip
"""Apple's number of each category."""

NO_CHARTS = "the charts are those of iTunes, which is not among the directories under [find] in the settings"

DAY = 86_400.0
"""How long an answer is used without asking again (seconds)."""


def parse_top(typed: str, country: str) -> tuple[str, str]:
    """Return the country and the category of a text such as `Comedy AT`; without one, `country` and all (empty).

    A category is its name, or the start of a word that no other has. Raises UserError if there is no such category.
    """
    words = typed.split()
    is_country = bool(words) and re.fullmatch("[A-Z]{2}", words[-1])
    if is_country and not any(name.startswith(words[-1]) for name in CATEGORIES):  # TV & Film
        country = words.pop()
    wanted = fold(" ".join(words))
    exact = [name for name in CATEGORIES if fold(name) == wanted]
    found = exact or [name for name in CATEGORIES if any(word.startswith(wanted) for word in fold(name).split())]
    if wanted and len(found) != 1:
        raise UserError(f"There is no category “{clean(wanted, 40)}”. There are {enumerated([*CATEGORIES])}.")
    return country, found[0] if wanted else ""


async def find_top(typed: str, country: str, folder: Path, policy: NetworkPolicy = PUBLIC) -> Finding:
    """Return the most popular podcasts of the country and category in a text: see `parse_top`, which may raise.

    `folder` is that of cached documents.
    """
    country, category = parse_top(typed, country)
    directory = itunes(country)
    directory = directory._replace(fields={**directory.fields, "summary": ["summary"]})
    base = directory.search.removesuffix("/search")
    read = partial(_entries, base, country, CATEGORIES.get(category), folder, policy)
    answer = await in_thread(lambda cancel: found_in(directory, partial(read, cancel)))
    if isinstance(answer, str):
        return Finding(faults=(answer,), unanswered=(directory.name,))
    podcasts = tuple(podcast for podcast in answer if podcast)
    return Finding(podcasts, without_feed=len(answer) - len(podcasts))


def _entries(
    base: str, country: str, genre: int | None, folder: Path, policy: NetworkPolicy, cancel: CancelToken
) -> list[dict[str, Any]]:
    """Return the entries of a chart, in its order, as the search of iTunes has them, with summaries."""
    asked: list[str] = []

    def read(address: str) -> Any:
        asked.append(address)
        return json.loads(read_document(folder, address, policy, cancel, DAY))

    within = f"/genre={genre}" if genre else ""
    try:
        chart = read(f"{base}/{country.lower()}/rss/toppodcasts/limit={MOST}{within}/explicit=true/json")
        listed = chart["feed"].get("entry", [])
        listed = listed if isinstance(listed, list) else [listed]  # a single entry is not in a list
        about = {entry["id"]["attributes"]["im:id"]: entry.get("summary", {}).get("label") for entry in listed[:MOST]}
        numbers = [number for number in about if number.isdecimal()]
        if not numbers:
            return []
        results = read(f"{base}/lookup?id={','.join(numbers)}&entity=podcast&country={country}")["results"]
        known = {str(entry.get("collectionId")): entry for entry in results}
        return [{**known.get(number, {}), "summary": about[number]} for number in numbers]
    except FetchError as error:
        if error.status in (400, 404):
            raise UserError(
                f"there are no charts for {country} (answer {error.status}, which a network's login page gives, too)."
            ) from None
        raise
    except UNREADABLE:  # such as the page of a hotel's network, which is not to be shown for a day
        for address in asked:
            (folder / copy_name(address)).unlink(missing_ok=True)
        raise
