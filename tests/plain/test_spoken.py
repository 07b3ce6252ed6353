"""The sentences of the plain program."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.rooms import make_podcast, make_room
from tests.services.test_episode_list import make_model
from tui_pod.core.actions import ACTIONS
from tui_pod.core.library.download_state import WHOLE, DownloadState
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.player.snapshot import Chapter, NextAttempt, Playback, PlayerStatus
from tui_pod.core.progress.statistics import PastSession, Statistics
from tui_pod.core.selection.session_planner import Plan, Summary
from tui_pod.core.selection.session_status import SessionStatus
from tui_pod.plain.spoken import (
    RECENT,
    SHOWN,
    say_change,
    say_details,
    say_download,
    say_key,
    say_keys,
    say_next,
    say_notes,
    say_outlook,
    say_plan,
    say_playback,
    say_position,
    say_statistics,
    say_summary,
    say_topic,
    sentence,
    source_of,
)

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

ONE = Playback(PlayerStatus.PLAYING, "one", "One", 40.0, 100.0, load=1)
ATTEMPT = NextAttempt("the server answers 503", 5)
WAITING = ONE._replace(status=PlayerStatus.LOADING, is_buffering=True, attempt=ATTEMPT)

RUNNING = DownloadState(text="45 %", share=0.45)


@pytest.mark.parametrize(
    ("position", "duration", "said"),
    [(42.0, 105.4, "42 seconds of 1 minute 45"), (42.0, None, "42 seconds"), (0.0, 60.0, "0 seconds of 1 minute")],
)
def test_position_names_the_duration_if_known(position: float, duration: float | None, said: str) -> None:
    assert say_position(position, duration) == said


@pytest.mark.parametrize(("text", "said"), [("A", "A."), ("A.", "A."), ("A?", "A?"), ("A!", "A!"), ("A…", "A…")])
def test_sentence_ends_with_one_stop(text: str, said: str) -> None:
    assert sentence(text) == said


@pytest.mark.parametrize(
    ("former", "now", "said"),
    [
        (None, RUNNING, "Downloading"),
        (RUNNING, RUNNING, ""),
        (RUNNING, WHOLE, "Downloaded"),
        (None, WHOLE, ""),
        (RUNNING, None, "Download stopped"),
        (WHOLE, None, ""),
        (RUNNING, DownloadState(error="gone"), "Download failed"),
        (DownloadState(error="gone"), RUNNING, "Downloading"),
        (None, RUNNING._replace(is_automatic=True), ""),
        (RUNNING._replace(is_automatic=True), None, ""),
    ],
)
def test_download_says_what_changed(former: DownloadState | None, now: DownloadState | None, said: str) -> None:
    assert say_download(former, now) == said


@pytest.mark.parametrize(
    ("playback", "said"),
    [
        (Playback(), "Nothing is playing."),
        (ONE, "Playing: One. 40 seconds of 1 minute 40."),
        (ONE._replace(status=PlayerStatus.PAUSED), "Paused: One. 40 seconds of 1 minute 40."),
        (ONE._replace(status=PlayerStatus.LOADING), "Preparing: One. 40 seconds of 1 minute 40."),
        (ONE._replace(is_estimated=True), "Playing: One. about 40 seconds of 1 minute 40."),
        (WAITING, "Preparing: One. 40 seconds of 1 minute 40, the server answers 503, trying again in 5 s."),
        (ONE._replace(speed=1.5), "Playing: One. 40 seconds of 1 minute 40, at speed 1.5."),
    ],
)
def test_playback_says_what_plays_and_how(playback: Playback, said: str) -> None:
    assert say_playback(playback) == said


@pytest.mark.parametrize(
    ("former", "now", "said"),
    [
        (ONE, ONE._replace(position=42.4), []),
        (ONE, ONE._replace(position=42.6), ["At 42 seconds of 1 minute 40."]),
        (ONE, ONE._replace(position=39.6), []),
        (ONE, ONE._replace(position=39.4), ["At 39 seconds of 1 minute 40."]),
        (ONE, ONE._replace(status=PlayerStatus.PAUSED), ["Paused, 40 seconds of 1 minute 40."]),
        (ONE._replace(status=PlayerStatus.PAUSED), ONE, ["Playing, 40 seconds of 1 minute 40."]),
        (ONE, ONE._replace(load=2, title="Two", position=0.0), ["Playing: Two. 1 minute 40."]),
        (ONE, ONE._replace(load=2, title="Two"), ["Playing: Two. From 40 seconds of 1 minute 40."]),
        (ONE, ONE._replace(load=2, title="Two", position=0.0, duration=None), ["Playing: Two. Length unknown."]),
        (ONE, Playback(), ["Stopped."]),
        (ONE, ONE._replace(is_buffering=True), ["Waiting for the network."]),
        (ONE._replace(is_buffering=True), ONE, ["The network is back."]),
        (ONE, WAITING, ["The server answers 503, trying again in 5 s."]),
        (WAITING, WAITING._replace(attempt=ATTEMPT._replace(left=4)), []),
        (
            WAITING,
            WAITING._replace(attempt=ATTEMPT._replace(left=15)),
            ["The server answers 503, trying again in 15 s."],
        ),
        (
            WAITING,
            WAITING._replace(attempt=ATTEMPT._replace(is_paused=True)),
            ["The server answers 503, trying again in 5 s; paused."],
        ),
        (ONE, ONE._replace(speed=1.2, volume=70), ["Speed 1.2.", "Volume 70 percent."]),
        (ONE, ONE._replace(is_muted=True), ["Muted."]),
        (ONE._replace(is_muted=True), ONE, ["Sound on."]),
    ],
)
def test_change_says_what_the_listener_must_know(former: Playback, now: Playback, said: list[str]) -> None:
    assert list(say_change(former, now)) == said


def test_outlook_says_the_position_in_the_session_and_the_next_episode() -> None:
    library = make_room().library
    status = SessionStatus(2, 5, 90.0, "two")
    assert list(say_outlook(library, status)) == ["Episode 2 of 5 in the session, 1 minute 30 left.", "Next: Two"]
    assert list(say_outlook(library, SessionStatus(None, 0, 0.0, "gone"))) == []


def test_plan_says_its_length_end_and_first_episodes() -> None:
    room = make_room()
    short = Plan((0, 4), 110.0, room.library)
    assert list(say_plan(room.library, room.progress_index, short, lambda _: 2.0, NOW)) == [
        "2 episodes, 1 minute 50, until 12:01.",
        "One. 50 seconds.",
        "Five. 5 seconds.",
    ]
    long = Plan((0,) * (SHOWN + 2), 1400.0, room.library)
    said = list(say_plan(room.library, room.progress_index, long, lambda _: 1.0, NOW))
    assert (len(said), said[-1]) == (SHOWN + 2, "And 2 more.")


def test_summary_says_what_was_finished_and_listened_to() -> None:
    summary = Summary(1, 90.0, 60.0, (("Basics", 2, 5),), "two")
    assert list(say_summary(make_room().library, summary)) == [
        "The session is over. 1 episode finished, listened for 1 minute 30.",
        "Basics: 2 of 5 played.",
        "Next: Two",
    ]


def test_notes_leave_out_blank_lines_and_number_the_chapters() -> None:
    notes = EpisodeNotes("One.\n\nTwo.", "Cast", "")
    assert list(say_notes(notes, (Chapter(0.0, "Hello"), Chapter(90.0)))) == [
        "Podcast: Cast.",
        "Notes:",
        "One.",
        "Two.",
        "Chapter 1, at 0 seconds: Hello.",
        "Chapter 2, at 1 minute 30: no title.",
    ]


@pytest.mark.parametrize(("wall", "saved"), [(3540.0, ["Saved by speed and shorter silence: 1 minute."]), (3541.0, [])])
def test_statistics_say_sums_and_the_last_sessions(wall: float, saved: list[str]) -> None:
    sessions = (PastSession(NOW, NOW, 60.0, ("one", "two")),) * (RECENT + 1)
    statistics = Statistics(3600.0, wall, {date(2026, 3, 4): 60.0, date(2026, 3, 3): 5.0}, {"2026-W10": 120.0},
                            {"2026-03": 180.0}, (0.0,) * 24, {0: 3600.0, 1: 60.0}, sessions)  # fmt: skip
    assert list(say_statistics(statistics, date(2026, 3, 4), make_room().library, 1)) == [
        "Listened today: 1 minute.",
        "This week: 2 minutes.",
        "This month: 3 minutes.",
        "In total: 1 hour.",
        *saved,
        "Finished: 1 episode.",
        "Basics. 1 minute.",
        *["Wednesday 04 March, 12:00: 1 minute, 2 episodes."] * RECENT,
    ]


@pytest.mark.parametrize(
    ("key", "said"),
    [("S", "capital S"), ("s", "s"), ("ctrl+f", "control f"), ("question_mark", "question mark"), ("+", "+")],
)
def test_key_is_named_for_a_voice(key: str, said: str) -> None:
    assert say_key(key) == said


def test_keys_name_the_actions_that_work_here_alone() -> None:
    assert list(say_keys(ACTIONS, ["undo", "focus.next"])) == ["tab: Switch between topics and episodes.", "u: Undo."]


def test_details_name_each_source() -> None:
    room = make_room([Episode("one", "One", sources="A paper, 2017\nA page")])
    assert list(say_details(room.library, room.progress_index, 0))[1:] == [
        "Source: A paper, 2017",
        "Source: A page",
        "Id: one",
    ]


def test_source_is_the_podcast_unless_the_list_says_it() -> None:
    library = make_podcast({})
    podcast = next(topic for topic, name in enumerate(library.topics.names) if library.topics.feed(topic))
    assert source_of(library, 0) == library.topics.names[podcast]
    assert source_of(library, 0, listed=podcast) == ""
    assert source_of(make_room().library, 0) == ""


def test_playing_and_next_name_the_podcast() -> None:
    library = make_podcast({})
    name, title = source_of(library, 0), library.titles[0]
    now = Playback(PlayerStatus.PLAYING, "one", title, 0.0, 60.0, load=1)
    assert next(say_change(Playback(), now, name)) == f"Playing: {title}. {name}. 1 minute."
    assert list(say_next(library, library.ids[0])) == [f"Next: {title}. {name}."]


def test_episode_played_to_its_end_is_finished_not_stopped() -> None:
    former = Playback(PlayerStatus.PLAYING, "one", "One", 60.0, 60.0, load=1)
    assert list(say_change(former, Playback(), "", is_finished=True)) == ["Finished: One."]
    assert list(say_change(former, Playback())) == ["Stopped."]


@pytest.mark.parametrize(
    ("library", "said"),
    [(make_podcast({}), "Cast, 29 episodes, 2 new, level 2."), (make_room().library, "Basics, 5 episodes, level 2.")],
)
def test_topic_names_new_episodes_only_of_a_podcast(library: Library, said: str) -> None:
    model = make_model(library)
    model.progress_index.set_new(["one", "two"])
    assert say_topic(model, 1) == said
