"""What every directory of podcasts has in common, and what is taken from its answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

from tui_pod.core.text.clean import clean, counted
from tui_pod.feeds.formats.html_text import to_summary
from tui_pod.feeds.formats.values import to_time
from tui_pod.feeds.net.address import absolute
from tui_pod.feeds.net.fetch import Request

MOST = 50
"""Podcasts that are asked for and taken of one directory."""

MAX_COUNT = 1_000_000
"""Episodes of one podcast that are believed."""


@dataclass(frozen=True, slots=True)
class FoundPodcast:
    """A podcast as a directory describes it, cleaned; empty and None for what it does not say."""

    address: str
    """Of its feed: http or https. It was not typed by the listener, so it may not be of their own network."""
    title: str
    publisher: str = ""
    episodes: int | None = None
    newest: date | None = None
    """When its last episode came."""
    language: str = ""
    """Such as `en-gb`, in lower case."""
    cover: str = ""
    """Address of its picture."""
    summary: str = ""
    directories: tuple[str, ...] = ()
    """Names of those that have it."""

    @property
    def details(self) -> tuple[str, ...]:
        """What is known of it besides its title: publisher, episodes, when the last came, language."""
        newest = f"last {self.newest:%-d %b %Y}" if self.newest else ""
        count = counted(self.episodes) if self.episodes else ""
        return tuple(filter(None, (self.publisher, count, newest, self.language)))


class Directory(Protocol):
    """A directory of podcasts."""

    @property
    def name(self) -> str:
        """Its name, as the listener is told it."""

    def request(self, words: str) -> Request:
        """Return what asks for podcasts with these words; raises `UserError` for a key that cannot be had."""

    def entries(self, answer: Any) -> Iterable[FoundPodcast | None]:
        """Return the podcasts in an answer, in its order; None for one without a feed.

        Raises:
            TypeError, KeyError, ValueError, AttributeError: it is no such answer.
        """


def make_found(
    directory: str,
    address: Any,
    title: Any,
    publisher: Any = None,
    episodes: Any = None,
    newest: Any = None,
    language: Any = None,
    cover: Any = None,
    summary: Any = None,
) -> FoundPodcast | None:
    """Return a podcast from the fields of an answer, whatever they hold; None without the address of a feed."""
    feed = absolute(address) if isinstance(address, str) else None
    if feed is None:
        return None
    return FoundPodcast(
        feed,
        _line(title) or feed,
        _line(publisher),
        episodes if type(episodes) is int and 0 < episodes <= MAX_COUNT else None,
        _day(newest),
        _line(language, 20).lower().replace("_", "-"),
        (absolute(cover) or "") if isinstance(cover, str) else "",
        to_summary(summary[:20_000]) if isinstance(summary, str) else "",
        (directory,),
    )


def listed(value: Any, name: str) -> Iterable[Mapping[str, Any]]:
    """Return the first objects of a list in an answer."""
    entries = value[name]
    if not isinstance(entries, list):
        raise TypeError(f"{name} is no list")
    return [entry for entry in entries[:MOST] if isinstance(entry, dict)]


def _line(value: Any, limit: int = 300) -> str:
    return clean(value[: 10 * limit], limit) if isinstance(value, str) else ""


def _day(value: Any) -> date | None:
    seconds = to_time(value) if isinstance(value, str) else value
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 1e11:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).date()
    except (OverflowError, ValueError, OSError):
        return None
