"""What is left of a session or the queue, and how long it takes."""

from dataclasses import replace

from tests.fakes import START
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.session_planner import Session, SessionRequest
from tui_pod.core.selection.session_status import ComingTimes, SessionStatus, session_status

LIBRARY = build_library([], [Episode(name, name.upper(), duration=100.0) for name in ("a", "b", "c")])
SESSION = Session(SessionRequest(600.0), ("a", "b"), START)


def times(current: str | None = None, **progress: Progress) -> ComingTimes:
    """Return times for the loaded episode at double, for others at normal speed."""
    return ComingTimes(LIBRARY, ProgressIndex(LIBRARY, progress), current, 2.0, lambda _: 1.0)


def test_queue_takes_what_is_left_of_the_loaded_episode_and_the_others() -> None:
    status = session_status(None, ["b", "gone"], "b", times("a", a=Progress(START, 40.0)))
    assert status == SessionStatus(None, 0, 30.0 + 100.0, "b")


def test_played_episode_starts_over_unless_it_is_the_loaded_one() -> None:
    played = Progress(START, played=True)
    assert times("a", a=played, b=played).total(["a", "b"]) == 100.0


def test_session_says_which_of_its_episodes_plays_and_counts_skipped_ones() -> None:
    session = replace(SESSION, skipped=frozenset(("c",)))
    assert session_status(session, ["b"], "b", times("a")) == SessionStatus(2, 3, 50.0 + 100.0, "b")


def test_session_waits_while_something_else_plays() -> None:
    assert session_status(SESSION, ["a", "b"], "a", times("c")) == SessionStatus(None, 2, 200.0, "a", 2)
