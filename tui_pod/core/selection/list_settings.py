"""The settings of the listener's own lists, in a table like that of podcasts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.library.podcast_settings import (
    LENGTH,
    TEXT,
    WORDS,
    Setting,
    ValueKind,
    choice_kind,
    count_kind,
    find_row,
)
from tui_pod.core.progress.progress import Status
from tui_pod.core.selection.list_query import Sort

_TOPICS = WORDS._replace(allowed="names, paths such as Science/Physics, or addresses of feeds, separated by commas")
_ORDERS = choice_kind(*Sort)

_TABLE: tuple[tuple[str, str, ValueKind, str], ...] = (
    ("name", "Its name", TEXT, "such as Morning"),
    ("words", "Words that must all be in an episode's title, summary or topics", TEXT, "any"),
    ("topics", "Topics and podcasts; an episode must be in one of them", _TOPICS, "all"),
    ("status", "How much of an episode was played", choice_kind(*Status), "any"),
    ("min_length", "Minimum length of its episodes", LENGTH, "any"),
    ("max_length", "Maximum length of its episodes", LENGTH, "any"),
    ("max_age", "Maximum age of its episodes, in days", count_kind(0, 3650), "for ever"),
    ("sort", "Its order, unless you choose another one in the list", _ORDERS, "newest, or your own"),
)

ROWS = {
    name: Setting(text, kind, usual, name, OwnList._field_defaults.get(name, "")) for name, text, kind, usual in _TABLE
}
"""The table by name, in order."""

OF_ANY = ("name", "sort")
"""The settings that a list made by hand also has."""


def rows_of(own_list: OwnList) -> list[Setting]:
    """Return the settings of a list."""
    return [row for name, row in ROWS.items() if own_list.is_rule or name in OF_ANY]


def to_texts(own_list: OwnList) -> dict[str, str]:
    """Return the text of each setting of a list; empty for a default."""
    return {row.name: row.show(getattr(own_list, row.name)) for row in rows_of(own_list)}


def describe(own_list: OwnList) -> str:
    """Return the rule of a list: `topics=Greek, min_length=15m`; empty if it is made by hand."""
    texts = to_texts(own_list) if own_list.is_rule else {}
    return ", ".join(f"{name}={text}" for name, text in texts.items() if text and name != "name")


def changed(own_list: OwnList, texts: Mapping[str, str]) -> OwnList:
    """Return a list with these settings changed.

    Raises SettingError if one is unknown, its text is wrong, or it belongs to a rule and the list is made by hand.
    """
    rows = {row.name: row for row in rows_of(own_list)}
    values: dict[str, Any] = {name: find_row(name, rows).parse(text) for name, text in texts.items()}
    return own_list._replace(**values)
