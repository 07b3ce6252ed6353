"""The settings of podcasts as machines share them: for each podcast the newest win. Logins are not shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from tui_pod.core.library.podcast_settings import COURSE, ROWS, usable
from tui_pod.core.text.clean import is_safe
from tui_pod.core.wall_time import believed_or_unknown
from tui_pod.shelf.feed_store import FeedStore

MAX_ADDRESS = 2_000
"""Longest feed address that is accepted, in characters."""


Value = TypeVar("Value", bound=tuple[Any, ...])


class ChosenSettings(NamedTuple):
    """What a listener chose for a podcast."""

    updated: datetime
    texts: tuple[tuple[str, str], ...]
    """Names and texts of the settings that are set, in the order of the names."""


SharedSettings = Mapping[str, ChosenSettings]
"""By the feed's id, or `COURSE`."""


def read_chosen(store: FeedStore, now: datetime) -> dict[str, ChosenSettings]:
    """Return the settings of all podcasts that were ever changed here; the time of some may be unknown."""
    found = store.changed_settings()
    return {ident: _chosen(datetime.fromtimestamp(time, UTC), texts, now) for ident, (time, texts) in found.items()}


def _chosen(updated: datetime, texts: Mapping[str, str], now: datetime) -> ChosenSettings:
    are_set = sorted((name, text) for name, text in texts.items() if text)
    return ChosenSettings(believed_or_unknown(updated, now), tuple(are_set))


def newest_by_feed(everywhere: Iterable[Mapping[str, Value]]) -> dict[str, Value]:
    """Return the newest value of each podcast: these begin with their time. Their order does not matter."""
    newest: dict[str, Value] = {}
    for values in everywhere:
        for feed_id, value in values.items():
            newest[feed_id] = max(newest.get(feed_id, value), value)
    return newest


def take(store: FeedStore, received: SharedSettings) -> None:
    """Save settings from other machines; a setting that is not set there is reset here too."""
    unset = dict.fromkeys(ROWS, "")
    if not received:
        return
    with store.db.together():
        for feed_id, chosen in received.items():
            store.configure(feed_id, {**unset, **dict(chosen.texts)}, chosen.updated.timestamp())


def to_tables(settings: SharedSettings) -> dict[str, Any]:
    """Return settings as TOML."""
    return {feed_id: {"updated": chosen.updated, **dict(chosen.texts)} for feed_id, chosen in settings.items()}


def read_tables(tables: Any, now: datetime) -> dict[str, ChosenSettings]:
    """Return the valid settings in a file's tables."""
    found = {}
    for feed_id, table in tables.items() if isinstance(tables, dict) else ():
        updated = table.get("updated") if isinstance(table, dict) else None
        is_address = feed_id == COURSE or (feed_id.startswith(("http://", "https://")) and len(feed_id) <= MAX_ADDRESS)
        if is_address and is_safe(feed_id) and isinstance(updated, datetime) and updated.tzinfo is not None:
            found[feed_id] = _chosen(updated, usable(table), now)
    return found
