"""Search directories for podcasts, concurrently, and merge their answers. Runs on the event loop."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain, zip_longest
from typing import Any

from tui_pod.core.errors import UserError
from tui_pod.core.library.values import to_time
from tui_pod.core.text.clean import clean, counted, enumerated, fold
from tui_pod.core.text.html_text import to_summary
from tui_pod.core.wall_time import believed_seconds
from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.address import absolute
from tui_pod.net.fetch import FetchError, Limits, fetch
from tui_pod.runtime.log import log_error
from tui_pod.runtime.threads import CancelToken, in_thread
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.sources.podcasts.directories.services import MOST, Directory

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

    def item_in(self, feed: Published) -> PublishedItem | None:
        """Return the episode that was found, from its podcast's feed; None if that has no episode of this title."""
        if self.episode is None:
            return None
        wanted = fold(self.episode)
        return next((item for item in feed.items if fold(item.title) == wanted), None)

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

    return found_in(directory, f"“{words}”", entries)


def found_in(directory: Directory, what: str, ask: Callable[[], object]) -> list[FoundPodcast | None] | str:
    """Return the podcasts in the entries that `ask` fetches, None for each without a feed, or why there are none.

    `what` says what the directory is asked for.
    """
    try:
        entries = ask()
        if isinstance(entries, list):
            alive = [entry for entry in entries[:MOST] if isinstance(entry, dict) and entry.get("dead") != 1]
            return [_found(directory, entry) for entry in alive]
    except FetchError as error:
        if error.status in (401, 403):
            return f"{directory.name}: the key or the request is refused ({error.status})."
        if error.is_offline:
            return f"{directory.name} cannot be asked for {what}: this machine is offline."
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
