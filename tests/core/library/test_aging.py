"""How long an episode is new, and from when on it is archived."""

import pytest

from tui_pod.core.library.podcast_settings import DAY, archived_before, is_daily, make_settings, new_since

NOW = 1_767_225_600.0


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([0, 1, 2, 3, 4], True),
        ([0, 3, 4, 5, 6], True),  # on working days
        ([0, 0, 0, 1, 2, 3, 4, 90], True),
        ([0, 2, 4, 6, 8], False),
        ([0, 7, 14, 21, 28], False),
        ([0, 1, 2, 3], False),
        ([], False),
    ],
)
def test_podcast_is_daily_if_it_publishes_on_most_days(days: list[int], expected: bool) -> None:
    assert is_daily(NOW - day * DAY for day in days) is expected


@pytest.mark.parametrize(("text", "daily", "days"), [("", False, 14), ("", True, 3), ("30", True, 30)])
def test_episode_is_new_for_the_days_of_its_podcast(text: str, daily: bool, days: int) -> None:
    assert new_since(make_settings({"new_for": text}), daily, NOW) == NOW - days * DAY


@pytest.mark.parametrize(("text", "days"), [("", None), ("never", None), ("10", 10)])
def test_episode_is_archived_after_the_days_of_its_podcast(text: str, days: int | None) -> None:
    assert archived_before(make_settings({"archive_after": text}), NOW) == (days and NOW - days * DAY)
