"""The podcasts and choices of machines that share a folder: of each, the last machine that changed it decides.

A file lists what its machine subscribed to, and what it removed, with the settings of each podcast and book, and what
the listener chose for all podcasts, the theme, and the returns to passages. Folders of audio files stay where they
are, and logins are not shared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from tui_pod.core.library.podcast_settings import BOOK_ROWS, COURSE, ROWS, usable
from tui_pod.core.progress.records import CHOSEN_AT, SettingRecord, is_shared
from tui_pod.core.text.clean import clean, counted, enumerated, is_safe
from tui_pod.core.wall_time import UNKNOWN, believed_or_unknown, is_believed, stamp_later
from tui_pod.net.address import MAX_SHARED, is_exact
from tui_pod.runtime.log import logged
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.settings_table import TIMES
from tui_pod.shelf.subscription import Subscription
from tui_pod.state.store import State

MAX_PODCASTS = 5_000
"""Maximum number of podcasts that are read from a file."""


class PodcastState(NamedTuple):
    """Whether a podcast is subscribed to, since when."""

    updated: datetime
    is_subscribed: bool
    address: str
    title: str


SharedPodcasts = Mapping[str, PodcastState]
"""By the feed's id."""

NO_PODCASTS: SharedPodcasts = MappingProxyType({})


def found_there(names: Sequence[str]) -> str:
    """Return which podcasts other machines have, as a sentence."""
    shown = [*names[:5], f"{len(names) - 5} more"] if len(names) > 6 else names
    return f"Your other machines have {counted(len(names), 'podcast')}: {enumerated(shown)}."


def changed_here(
    feeds: Iterable[Subscription], own: SharedPodcasts, now: datetime, asked: Mapping[str, float]
) -> dict[str, PodcastState]:
    """Return the podcasts of this machine, with what it added and removed since `own` was written.

    `asked` is when the listener added or removed some last: another machine may have done the opposite meanwhile.
    """
    states = dict(own)
    here = {feed.feed_id: feed for feed in feeds if is_exact(feed.feed_id) and is_exact(feed.address)}
    for feed_id in {**here, **own}:
        feed, former = here.get(feed_id), own.get(feed_id)
        wanted = believed_or_unknown(datetime.fromtimestamp(asked.get(feed_id, 0.0), UTC), now)
        known = feed or own[feed_id]
        new = PodcastState(now, feed is not None, known.address, known.title)
        if former is None:
            states[feed_id] = new
        elif wanted > former.updated and (feed is not None or former.is_subscribed):  # else a sync has removed it
            states[feed_id] = new._replace(updated=wanted)
        elif (former.is_subscribed, former.address) != (new.is_subscribed, new.address):
            states[feed_id] = new._replace(updated=stamp_later(former.updated, now))
    return states


def podcast_tables(podcasts: SharedPodcasts) -> dict[str, Any]:
    """Return podcasts as TOML."""
    return {
        feed_id: {"updated": updated, "subscribed": is_subscribed, "address": address, "title": title}
        for feed_id, (updated, is_subscribed, address, title) in podcasts.items()
    }


def read_podcasts(tables: Any, now: datetime) -> dict[str, PodcastState]:
    """Return the valid podcasts in a file's tables; a time that is not believed at the time `now` counts as unknown."""
    found = {}
    for feed_id, table in list(tables.items())[:MAX_PODCASTS] if isinstance(tables, dict) else ():
        if not (isinstance(table, dict) and is_exact(feed_id) and is_exact(table.get("address"))):
            continue
        updated, is_subscribed, title = table.get("updated"), table.get("subscribed"), table.get("title")
        if isinstance(updated, datetime) and updated.tzinfo is not None and isinstance(is_subscribed, bool):
            name = clean(title) if isinstance(title, str) else ""
            found[feed_id] = PodcastState(believed_or_unknown(updated, now), is_subscribed, table["address"], name)
    return found


Value = TypeVar("Value", bound=tuple[Any, ...])


class ChosenSettings(NamedTuple):
    """What a listener chose for a podcast or book."""

    choices: Mapping[str, tuple[datetime, str]]
    """When each setting was chosen, and its text; empty if it was taken back."""

    @property
    def updated(self) -> datetime:
        """When the last of them was chosen."""
        return max(time for time, _ in self.choices.values())

    @property
    def texts(self) -> dict[str, str]:
        """The texts of the settings that are set."""
        return {name: text for name, (_, text) in sorted(self.choices.items()) if text}


SharedSettings = Mapping[str, ChosenSettings]
"""By the feed's id, or the book's, or `COURSE`."""


def is_book_id(ident: str) -> bool:
    """Return whether an id is that of an episode, as books have: no address, and not the `COURSE`."""
    return re.fullmatch(r"[0-9a-f]{16}", ident) is not None


def read_chosen(store: FeedStore, now: datetime) -> dict[str, ChosenSettings]:
    """Return the settings of all podcasts and books that were ever changed here; the time of some may be unknown."""
    return {
        ident: ChosenSettings(
            {
                name: (believed_or_unknown(datetime.fromtimestamp(time, UTC), now), text)
                for name, (time, text) in choices.items()
            }
        )
        for ident, choices in store.changed_settings().items()
        if choices
    }


def merged_settings(*everywhere: SharedSettings) -> dict[str, ChosenSettings]:
    """Return the newest choice of each setting of each podcast and book. The order does not matter."""
    return {
        ident: ChosenSettings(newest_of_each(*(each[ident].choices for each in everywhere if ident in each)))
        for ident in chain.from_iterable(everywhere)
    }


def newest_of_each(*everywhere: Mapping[str, Value]) -> dict[str, Value]:
    """Return the newest value of each key: values begin with their time. The order does not matter."""
    newest: dict[str, Value] = {}
    for values in everywhere:
        for key, value in values.items():
            newest[key] = max(newest.get(key, value), value, key=lambda one: (one[0], repr(one)))
    return newest


def take_settings(store: FeedStore, received: SharedSettings) -> None:
    """Save settings from other machines."""
    if not received:
        return
    with store.db.together():
        for ident, (choices,) in received.items():
            texts = {name: text for name, (_, text) in choices.items()}
            store.configure(ident, texts, {name: time.timestamp() for name, (time, _) in choices.items()})


def settings_tables(settings: SharedSettings) -> dict[str, Any]:
    """Return settings as TOML; a version that knows one time for all settings of a podcast reads these too."""
    return {
        ident: {
            "updated": chosen.updated,
            **chosen.texts,
            TIMES: {name: time for name, (time, _) in sorted(chosen.choices.items())},
        }
        for ident, chosen in settings.items()
    }


def read_settings(tables: Any, now: datetime) -> dict[str, ChosenSettings]:
    """Return the valid settings in a file's tables.

    A version that knows one time for all settings of a podcast does not say what was taken back: that stays as it is.
    """
    found = {}
    for feed_id, table in tables.items() if isinstance(tables, dict) else ():
        updated = table.get("updated") if isinstance(table, dict) else None
        is_address = feed_id.startswith(("http://", "https://")) and len(feed_id) <= MAX_SHARED and is_safe(feed_id)
        is_known = is_address or feed_id == COURSE or is_book_id(feed_id)
        if is_known and isinstance(updated, datetime) and updated.tzinfo is not None:
            texts, given = usable(table), table.get(TIMES)
            times = {
                name: time
                for name, time in (given.items() if isinstance(given, dict) else ())
                if isinstance(time, datetime) and time.tzinfo is not None
            }
            choices = {
                name: (believed_or_unknown(times.get(name, updated), now), texts.get(name, ""))
                for name in (BOOK_ROWS if is_book_id(feed_id) else ROWS)
                if texts.get(name) or (name in times and name not in table)
            }
            if choices:
                found[feed_id] = ChosenSettings(choices)
    return found


class SharedChoice(NamedTuple):
    """A choice, and when it was made."""

    time: datetime
    value: str | float | bool


SharedChoices = Mapping[str, SharedChoice]
"""By table and key of the state, such as `player.speed`."""


def read_chosen_here(state: State, own: SharedChoices, now: datetime) -> dict[str, SharedChoice]:
    """Return the choices of this machine; `own` are those in its file, than which a change since is newer."""
    found = {}
    for name, text in state.tables.get(CHOSEN_AT, {}).items():
        table, _, key = name.partition(".")
        value = _usable(name, state.tables.get(table, {}).get(key))
        if value is not None:
            former, time = own.get(name), UNKNOWN
            is_same = former is not None and former.value == value
            with logged("when something was chosen is damaged", TypeError, ValueError, OverflowError):
                time = datetime.fromisoformat(text).astimezone(UTC)
            if not is_believed(time, now):  # or it would be newer than all others at each sync
                time = former.time if former is not None and is_same else now
            if former is not None and not is_same and time <= former.time:  # the clock was set back
                time = stamp_later(former.time, time)
            found[name] = SharedChoice(time, value)
    return found


def differing(choices: SharedChoices, there: SharedChoices) -> list[str]:
    """Return the names of the choices that are others there, or are not made."""
    return [name for name, choice in choices.items() if name not in there or there[name].value != choice.value]


def choice_records(choices: SharedChoices, here: SharedChoices) -> list[SettingRecord]:
    """Return what to save of choices that were made elsewhere, with their own times."""
    records = []
    for name, (time, value) in choices.items():
        if here.get(name) != (time, value):
            table, _, key = name.partition(".")
            records += [SettingRecord(table, key, value), SettingRecord(CHOSEN_AT, name, time.isoformat())]
    return records


def choice_tables(choices: SharedChoices) -> dict[str, Any]:
    """Return choices as TOML."""
    return {name: {"updated": time, "value": value} for name, (time, value) in choices.items()}


def read_choices(tables: Any, now: datetime) -> dict[str, SharedChoice]:
    """Return the valid choices in a file's tables; a time that is not believed at the time `now` counts as unknown."""
    found = {}
    for name, table in tables.items() if isinstance(tables, dict) else ():
        given = table if isinstance(table, dict) else {}
        time, value = given.get("updated"), _usable(name, given.get("value"))
        if isinstance(time, datetime) and time.tzinfo is not None and value is not None:
            found[name] = SharedChoice(believed_or_unknown(time, now), value)
    return found


def _usable(name: str, value: object) -> str | float | bool | None:
    """Return a value that machines share under this name; None if it is none."""
    table, _, key = name.partition(".")
    if not (is_shared(table, key) and 0 < len(key) <= MAX_SHARED and is_safe(name)):
        return None
    if isinstance(value, str):
        return value if len(value) <= MAX_SHARED and is_safe(value) else None
    return value if isinstance(value, bool | int | float) and abs(value) < 1e6 else None
