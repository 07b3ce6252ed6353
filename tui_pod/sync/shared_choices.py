"""What the listener chose for all podcasts, the theme, and the returns to passages: of each the newest choice wins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tui_pod.core.progress.records import CHOSEN_AT, SettingRecord, is_shared
from tui_pod.core.text.clean import is_safe
from tui_pod.core.wall_time import UNKNOWN, believed_or_unknown, is_believed, stamp_later
from tui_pod.runtime.log import logged
from tui_pod.state.store import State

MAX_TEXT = 2_000
"""Longest name or text that is accepted, in characters."""


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
    if not (is_shared(table, key) and 0 < len(key) <= MAX_TEXT and is_safe(name)):
        return None
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT and is_safe(value) else None
    return value if isinstance(value, bool | int | float) and abs(value) < 1e6 else None
