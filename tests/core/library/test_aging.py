"""How long an episode is new, and from when on it is archived."""

import pytest

from tui_pod.core.library.podcast_settings import DAY, archived_before, make_settings, new_since

NOW = 1_767_225_600.0


@pytest.mark.parametrize(("text", "days"), [("", 28), ("3", 3), ("30", 30)])
def test_episode_is_new_for_the_days_of_its_podcast(text: str, days: int) -> None:
    assert new_since(make_settings({"new_for": text}), NOW) == NOW - days * DAY


@pytest.mark.parametrize(("text", "days"), [("", None), ("never", None), ("10", 10)])
def test_episode_is_archived_after_the_days_of_its_podcast(text: str, days: int | None) -> None:
    assert archived_before(make_settings({"archive_after": text}), NOW) == (days and NOW - days * DAY)
