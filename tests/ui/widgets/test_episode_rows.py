"""The parts of an episode's row."""

import pytest

from tests.fakes import START
from tui_pod.core.library.row_states import WHOLE, DownloadState, RecognitionState
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.progress import Progress
from tui_pod.ui.look.cells import MARKS
from tui_pod.ui.look.parts import ACCENT, FAULT, HEAD, MATCH, NOW, PLAIN, PLAYED, QUIET, STARTED
from tui_pod.ui.widgets.episode_rows import (
    ROOM_FOR_METER,
    below_title,
    mark_and_time,
    state_marks,
    time_part,
    title_parts,
    wrap_summary,
)


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


def test_row_shows_a_fault_only_of_its_own_episode() -> None:
    broken = Playback(PlayerStatus.STOPPED, "one", "One", 30.0, problem="It is gone.")
    assert mark_and_time(broken, "one", None, 100.0) == ("fault", "−1:10")
    assert mark_and_time(broken, "two", None, 100.0) == ("unplayed", "1:40")
    whole = broken._replace(problem="")
    assert mark_and_time(whole, "one", None, 100.0) == ("unplayed", "1:40")


def said(download: DownloadState | None, width: int = 120) -> str:
    return "".join(text for text, _ in state_marks(download, None, None, width))


def test_download_shows_its_meter_where_there_is_room() -> None:
    half, mark = DownloadState(text="50 %", share=0.5), MARKS["download"]
    assert said(half, ROOM_FOR_METER).replace("━", "").replace("╌", "") == f"{mark}  50 %  "
    assert "━" in said(half, ROOM_FOR_METER)
    assert said(half, ROOM_FOR_METER - 1) == f"{mark} 50 %  "
    assert said(DownloadState(text="5 MB")) == f"{mark} 5 MB  "
    assert said(WHOLE) == f"{mark}  "
    assert said(WHOLE._replace(share=1.0)) == f"{mark}  "
    assert said(DownloadState(error="It is full.", text="50 %")) == f"{mark}{MARKS['fault']}  "
    assert said(None) == ""
    assert [state_marks(each, None, None, 9)[0][1] for each in (WHOLE, half)] == [PLAYED, ACCENT]
    assert state_marks(DownloadState(error="It is full."), None, None, 9)[0][1] == FAULT


def test_recognition_and_place_in_the_queue_follow_the_download() -> None:
    parts = state_marks(WHOLE, RecognitionState("2 %"), 1, 120)
    assert "".join(text for text, _ in parts) == f"{MARKS['download']}  {MARKS['words']} 2 %  {MARKS['queued']}1  "


def test_matches_are_lit_in_title_and_summary() -> None:
    assert title_parts("One two — three", "unplayed", ["two", "three"])[1:] == [
        ("One ", QUIET),
        ("two", MATCH),
        ("  ", PLAIN),
        ("three", MATCH),
    ]
    assert title_parts("One", "unplayed", [])[1:] == [("One", HEAD)]
    assert below_title("One two", ["two"])[1:] == [("One ", QUIET), ("two", MATCH)]
    assert below_title("One two", [], PLAIN)[1:] == [("One two", PLAIN)]


@pytest.mark.parametrize(("name", "style"), [("playing", NOW), ("started", STARTED), ("unplayed", QUIET)])
def test_time_has_the_look_of_the_status(name: str, style: str) -> None:
    assert time_part("1:00", name) == ("1:00", style)
