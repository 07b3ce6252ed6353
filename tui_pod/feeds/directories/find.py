"""Ask directories for podcasts, all at the same time, and put their answers together. Runs on the event loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, zip_longest

from tui_pod.core.errors import UserError
from tui_pod.feeds.directories.model import Directory, FoundPodcast
from tui_pod.feeds.net.access import PUBLIC, NetworkPolicy
from tui_pod.feeds.net.fetch import FetchError, Limits, fetch
from tui_pod.runtime.threads import CancelToken, in_thread

LIMITS = Limits(size=4 * 1024 * 1024, seconds=20.0, idle=10.0, head=15.0)
"""Of one directory's answer."""

MAX_WORDS = 200
"""Characters that are searched for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the directories found."""

    podcasts: tuple[FoundPodcast, ...] = ()
    """The likeliest first, each once."""
    faults: tuple[str, ...] = ()
    """Why some directories gave nothing."""
    without_feed: int = 0
    """Podcasts that have no feed, as those that are heard in one app alone."""


async def find(words: str, directories: Sequence[Directory], policy: NetworkPolicy = PUBLIC) -> Finding:
    """Return the podcasts that directories have for some words. What goes wrong with one is in `faults`."""
    asking = [partial(_ask, directory, words, policy) for directory in directories]
    answers = await asyncio.gather(*(in_thread(ask) for ask in asking))
    faults = [answer for answer in answers if isinstance(answer, str)]
    lists = [answer for answer in answers if not isinstance(answer, str)]
    missing = sum(entry is None for answer in lists for entry in answer)
    return Finding(tuple(_merged([entry for entry in answer if entry] for answer in lists)), tuple(faults), missing)


def _ask(
    directory: Directory, words: str, policy: NetworkPolicy, cancel: CancelToken
) -> list[FoundPodcast | None] | str:
    """Return a directory's podcasts, or why there are none. Raises `Cancelled` only."""
    try:
        request = replace(directory.request(words[:MAX_WORDS]), allowed=policy.private)
        _, content = fetch(request, LIMITS, cancel)
        return list(directory.entries(json.loads(content)))
    except FetchError as error:
        if error.status in (401, 403):
            return f"{directory.name} does not accept the key, or refuses to answer ({error.status})."
        return f"{directory.name}: {error}"
    except UserError as error:
        return f"{directory.name}: {error}"
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return f"{directory.name} answered with something else than a list of podcasts. Try again later."


def _merged(lists: Iterable[Sequence[FoundPodcast]]) -> Iterator[FoundPodcast]:
    """Yield the first of each list, then the second of each; a podcast that several have with what each knows."""
    found: dict[str, FoundPodcast] = {}
    for podcast in chain.from_iterable(zip_longest(*lists)):
        if podcast is not None:
            key = podcast.address.partition("://")[2].rstrip("/").lower()
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
