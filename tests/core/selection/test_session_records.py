"""A session comes back after a restart, whatever the saved values are."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes import START
from tests.present import present
from tests.rooms import EPISODES, TOPICS
from tui_pod.core.library.library import build_library
from tui_pod.core.progress.records import SettingRecord
from tui_pod.core.selection.list_query import Sort
from tui_pod.core.selection.session_planner import Session, SessionRequest
from tui_pod.core.selection.session_records import SavedSession, from_settings, to_records

TABLE = build_library(TOPICS, EPISODES).topics
SESSION = Session(
    SessionRequest(900.0, 1, Sort.SHUFFLE, has_started=False, seed=7), ("one", "two"), START,
    frozenset(("one",)), frozenset(("s",)), frozenset(("d",)), frozenset(("q",)), heard=12.25, used=10.5,
)  # fmt: skip
ENDS = START + timedelta(minutes=5)


def settings(records: list[SettingRecord]) -> Callable[[str, str, Any], Any]:
    """Return what looks up saved values, as `State.setting` does."""
    found = {(record.table, record.key): record.value for record in records}

    def setting(table: str, key: str, default: Any) -> Any:
        value = found.get((table, key), default)
        return value if type(value) is type(default) else default

    return setting


def test_session_comes_back_as_it_was() -> None:
    saved = from_settings(settings(to_records(SESSION, TABLE, ENDS)), TABLE, START)
    assert saved == SavedSession(SESSION, ENDS)


def test_end_of_a_session_is_none() -> None:
    assert from_settings(settings(to_records(None, TABLE, ENDS)), TABLE, START) is None


@pytest.mark.parametrize(
    ("key", "value", "default"),
    [("order", "loud", Sort.COURSE), ("topic", "gone", 0), ("budget", "x", 0.0), ("seed", "x", 0)],
)
def test_invalid_value_has_its_default(key: str, value: object, default: object) -> None:
    records = [record for record in to_records(SESSION, TABLE, ENDS) if record.key != key]
    saved = present(from_settings(settings([*records, SettingRecord("session", key, value)]), TABLE, START))
    assert getattr(saved.session.request, key) == default


def test_times_that_are_missing_are_now() -> None:
    records = [record for record in to_records(SESSION, TABLE, ENDS) if record.key not in ("started", "ends")]
    saved = present(from_settings(settings(records), TABLE, ENDS))
    assert (saved.session.started, saved.ends) == (ENDS, ENDS)
