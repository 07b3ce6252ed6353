"""The parts of an episode's row."""

from __future__ import annotations

import pytest

from tests.fakes import START
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.progress import Progress
from tui_pod.ui.widgets.episode_rows import mark_and_time, title_parts, wrap_summary


def test_title_has_season_and_number_before_it() -> None:
    def text(numbering: str) -> str:
        return "".join(text for text, _ in title_parts("Chapter 1 — the road", "unplayed", (), numbering))

    assert text("S3 E1")[2:] == "S3 E1  Chapter 1  the road"
    assert text("")[2:] == "Chapter 1  the road"


LATER = Progress(START, position=40.5, duration=100.0)


@pytest.mark.parametrize(
    ("duration", "progress", "playback", "left"),
    [
        (100.0, None, Playback(), ("unplayed", "1:40")),
        (100.0, LATER, Playback(), ("started", "−1:00")),
        (None, LATER, Playback(), ("started", "0:40 / ?")),
        (100.0, Progress(START, played=True), Playback(), ("played", "1:40")),
        (
            100.0,
            None,
            Playback(PlayerStatus.PLAYING, "one", "One", 30.0, 90.0, load=1),
            (PlayerStatus.PLAYING, "−1:00"),
        ),
    ],
)
def test_row_shows_the_status_and_the_time_left_or_the_length(
    duration: float | None, progress: Progress | None, playback: Playback, left: tuple[str, str]
) -> None:
    assert mark_and_time(playback, "one", progress, duration) == left


@pytest.mark.parametrize(
    ("words", "width", "count", "lines"),
    [
        ([], 13, 1, ["one two three four five six"]),
        (["two"], 13, 1, ["one two three four five six"]),
        (["five"], 13, 1, ["…five six"]),
        (["five"], 13, 2, ["…three four", "five six"]),
        (["five"], 13, 3, ["one two", "three four", "five six"]),
        (["nine"], 13, 1, ["one two three four five six"]),
    ],
)
def test_summary_begins_where_its_first_match_is_in_sight(
    words: list[str], width: int, count: int, lines: list[str]
) -> None:
    assert wrap_summary("one two three four five six", words, width, count) == lines
