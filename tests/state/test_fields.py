"""A field of a record is described in one line, from which it is written, read and merged."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

import pytest

from tests.fakes import START
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Card
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import HeardRecord
from tui_pod.state.fields import (
    BOOKMARK,
    CARD,
    HEARD,
    LIST,
    NOTE,
    PROGRESS,
    SECONDS,
    TIME,
    Field,
    Layout,
    read_ranges,
    write_ranges,
)
from tui_pod.state.format import record_text
from tui_pod.state.values import LONG_AGO


class Mood(NamedTuple):
    """A record with a field that today's files lack."""

    updated: datetime
    position: float = 0.0
    mood: str = "calm"


OLD = Layout("mood", "moods", Mood, Field("position", "position", SECONDS), Field("updated", "updated", TIME))
NEW = Layout("mood", "moods", Mood, *OLD.fields, Field("mood", "mood", NOTE))
"""The same with a line more."""

BRIGHT = Mood(START, 1.5, "bright")


def text_of(layout: Layout[Mood]) -> str:
    """Return a snapshot that holds one record."""
    return "version = 1\n\n" + record_text("moods", layout.to_table(BRIGHT)).partition("crc")[0]


@pytest.mark.parametrize(
    ("layout", "record"),
    [(PROGRESS, Progress), (BOOKMARK, Bookmark), (CARD, Card), (LIST, OwnList), (HEARD, HeardRecord)],
)
def test_every_field_of_a_record_is_stored(layout: Layout[Any], record: Any) -> None:
    assert sorted(field.name for field in layout.fields) == sorted(record._fields)


def test_field_that_was_added_is_read_back() -> None:
    (table,) = tomllib.loads(text_of(NEW))["moods"]
    assert NEW.to_record(table) == BRIGHT


def test_field_that_was_added_belongs_to_the_program() -> None:
    assert NEW.keys - OLD.keys == {"mood"}


def test_file_from_before_a_field_was_added_has_its_default() -> None:
    (table,) = tomllib.loads(text_of(OLD))["moods"]
    assert NEW.to_record(table) == BRIGHT._replace(mood="calm")


def test_invalid_value_is_the_default_unless_it_is_required() -> None:
    layout = Layout("", "", Mood, Field("mood", "mood", NOTE), Field("position", "position", SECONDS, is_required=True))
    found = layout.to_record({"mood": 5, "position": 2.0})
    assert found is not None
    assert (found.position, found.mood) == (2.0, "calm")
    assert layout.to_record({"position": -2.0}) is None


def test_content_of_a_removed_record_is_not_written() -> None:
    bookmark = Bookmark("a", 1.0, 2.0, START, START, "Said.", "Mine.", "A", is_removed=True, is_recognised=True)
    assert BOOKMARK.to_table(bookmark).keys() == {"episode", "start", "end", "removed", "created", "updated"}


def test_ranges_are_written_as_text_and_anything_else_means_none() -> None:
    ranges = ((0.0, 42.3), (50.25, 61.0))
    assert read_ranges(write_ranges(ranges)) == ranges
    assert write_ranges(()) is None
    for value in (None, 5, [[0, 42]], "42-0", "text"):
        assert read_ranges(value) == ()


def test_time_too_far_ahead_is_replaced_and_others_stay() -> None:
    zone = timezone(timedelta(hours=2))
    table = {"updated": START.astimezone(zone), "listened": START.astimezone(zone) + timedelta(days=9)}
    PROGRESS.believe(table, START, LONG_AGO)
    assert table == {"updated": START, "listened": LONG_AGO}


def test_card_may_be_due_years_ahead() -> None:
    table = {"due": START + timedelta(days=900)}
    CARD.believe(table, START, LONG_AGO)
    assert table["due"] == START + timedelta(days=900)
