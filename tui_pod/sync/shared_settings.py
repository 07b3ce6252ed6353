"""The settings of podcasts as machines share them: for each podcast the newest win. Logins are not shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tui_pod.core.library.podcast_settings import COURSE, ROWS, usable
from tui_pod.core.text.clean import is_safe
from tui_pod.core.wall_time import UNKNOWN, is_believed
from tui_pod.feeds.store.feed_store import FeedStore

MAX_ADDRESS = 2_000
"""Longest feed address that is accepted, in characters."""


class ChosenSettings(NamedTuple):
    """What a listener chose for a podcast."""

    updated: datetime
    texts: Mapping[str, str]
    """Only the settings that are set."""


SharedSettings = Mapping[str, ChosenSettings]
"""By the feed's id, or `COURSE`."""


def read_chosen(store: FeedStore, now: datetime) -> dict[str, ChosenSettings]:
    """Return the settings of all podcasts that were ever changed here; the time of some may be unknown."""
    if store.is_empty:
        return {}
    found = store.changed_settings()
    return {
        feed_id: ChosenSettings(
            _believed(datetime.fromtimestamp(updated, UTC), now), {name: text for name, text in texts.items() if text}
        )
        for feed_id, (updated, texts) in found.items()
    }


def merged(all_settings: Iterable[SharedSettings]) -> dict[str, ChosenSettings]:
    """Return the newest settings of each podcast; their order does not matter."""
    newest: dict[str, ChosenSettings] = {}
    for settings in all_settings:
        for feed_id, chosen in settings.items():
            known = newest.get(feed_id)
            if known is None or _order(chosen) > _order(known):
                newest[feed_id] = chosen
    return newest


def take(store: FeedStore, received: SharedSettings) -> None:
    """Save settings from other machines; a setting that is not set there is reset here too."""
    unset = dict.fromkeys(ROWS, "")
    if not received:
        return
    with store.db.together():
        for feed_id, chosen in received.items():
            store.configure(feed_id, {**unset, **chosen.texts}, chosen.updated.timestamp())


def to_tables(settings: SharedSettings) -> dict[str, Any]:
    """Return settings as TOML."""
    return {feed_id: {"updated": chosen.updated, **chosen.texts} for feed_id, chosen in settings.items()}


def read_tables(tables: Any, now: datetime) -> dict[str, ChosenSettings]:
    """Return the valid settings in a file's tables."""
    found = {}
    for feed_id, table in tables.items() if isinstance(tables, dict) else ():
        updated = table.get("updated") if isinstance(table, dict) else None
        is_address = feed_id == COURSE or (feed_id.startswith(("http://", "https://")) and len(feed_id) <= MAX_ADDRESS)
        if is_address and is_safe(feed_id) and isinstance(updated, datetime) and updated.tzinfo is not None:
            texts = {name: text for name, text in usable(table).items() if text}
            found[feed_id] = ChosenSettings(_believed(updated, now), texts)
    return found


def _believed(updated: datetime, now: datetime) -> datetime:
    """Return a time, or that it is unknown: it is read with each sync; see `wall_time`."""
    return updated if is_believed(updated, now) else UNKNOWN


def _order(chosen: ChosenSettings) -> tuple[object, ...]:
    return chosen.updated, sorted(chosen.texts.items())
