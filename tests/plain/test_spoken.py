"""The sentences of the plain program."""

from datetime import UTC, date, datetime

import pytest

from tests.app_driver import list_model
from tests.fakes import START
from tests.plain.test_program import RoomServices
from tests.rooms import EPISODES, make_podcast, make_room
from tests.services.test_episode_list import make_model
from tui_pod.core.actions import ACTIONS
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.parts import Part
from tui_pod.core.library.row_states import WHOLE, DownloadState
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.library.topics import topic_key
from tui_pod.core.player.snapshot import (
    Chapter,
    FetchStatus,
    NextAttempt,
    Playback,
    PlayerStatus,
    RepeatKind,
    Repetition,
)
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.statistics import PastSession, Statistics
from tui_pod.core.selection.list_query import Filter, ListQuery, SmartList
from tui_pod.core.selection.queue import Queue
from tui_pod.core.selection.session_planner import Plan, Summary
from tui_pod.core.selection.session_status import SessionStatus
from tui_pod.core.text.clean import spoken_place
from tui_pod.plain.spoken import (
    say_change,
    say_details,
    say_download,
    say_episode,
    say_key,
    say_keys,
    say_list,
    say_next,
    say_notes,
    say_outlook,
    say_plan,
    say_playback,
    say_statistics,
    say_summary,
    say_topic,
    sentence,
    source_of,
)

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

ONE = Playback(PlayerStatus.PLAYING, "one", "One", 40.0, 100.0, load=1)
ATTEMPT = NextAttempt("the server answers 503", 5)
PREPARING = ONE._replace(status=PlayerStatus.LOADING)
WAITING = ONE._replace(status=PlayerStatus.LOADING, is_buffering=True, attempt=ATTEMPT)

RUNNING = DownloadState(text="45 %", share=0.45)


@pytest.mark.parametrize(
    ("position", "duration", "said"),
    [(42.0, 105.4, "42 seconds of 1 minute 45"), (42.0, None, "42 seconds"), (0.0, 59.6, "0 seconds of 1 minute")],
)
def test_position_names_the_duration_if_known(position: float, duration: float | None, said: str) -> None:
    assert spoken_place(position, duration) == said


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
        (ONE._replace(fetching=FetchStatus(0.5), attempt=ATTEMPT),
         "Playing: One. 40 seconds of 1 minute 40, fetching up to your position 50 %."),
        (PREPARING._replace(narrated_share=0.5), "Preparing: One. 40 seconds of 1 minute 40, narrated 50 %."),
        (ONE._replace(speed=1.5, is_muted=True), "Playing: One. 40 seconds of 1 minute 40, at speed 1.5, muted."),
    ],
)  # fmt: skip
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
        (PREPARING, ONE, ["Playing: One. From 40 seconds of 1 minute 40."]),
        (PREPARING, PREPARING._replace(status=PlayerStatus.PAUSED), ["Paused, 40 seconds of 1 minute 40."]),
        (PREPARING, Playback(), ["Stopped."]),
        (PREPARING, PREPARING._replace(position=80.0), ["At 1 minute 20 of 1 minute 40."]),
        (Playback(), PREPARING, []),
        (Playback(), Playback(position=80.0), []),
        (ONE, ONE._replace(position=39.5), ["At 39 seconds of 1 minute 40."]),
        (ONE, ONE._replace(position=42.5), ["At 42 seconds of 1 minute 40."]),
        (ONE, ONE._replace(position=30.0, repeat=Repetition(RepeatKind.SENTENCE, 30.0, 40.0, 2)), []),
        (ONE, ONE._replace(load=2, position=1.0), ["Playing: One. From 1 second of 1 minute 40."]),
        (ONE, ONE._replace(load=2, position=0.0, duration=59.7), ["Playing: One. 1 minute."]),
        (PREPARING, PREPARING._replace(is_buffering=True, load=2), []),
        (WAITING, PREPARING, []),
        (
            PREPARING,
            PREPARING._replace(fetching=FetchStatus(0.5)),
            ["Fetching up to your position 50 %; press enter to play from the start."],
        ),
        (PREPARING._replace(fetching=FetchStatus(0.5)), PREPARING._replace(fetching=FetchStatus(0.6)), []),
        (PREPARING, PREPARING._replace(narrated_share=0.0), ["Narrating, which takes a while."]),
        (PREPARING._replace(narrated_share=0.0), PREPARING._replace(narrated_share=0.5), []),
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
    assert list(say_outlook(library, SessionStatus(None, 3, 90.0, None, waiting=2))) == [
        "The session waits with 2 episodes, 1 minute 30. Press \0queue.next\0 to go on with it."
    ]


@pytest.mark.usefixtures("utc")
def test_plan_says_its_length_end_and_first_episodes() -> None:
    room = make_room()
    short = Plan((0, 4), 110.0, room.library, ("queued", ""))
    assert list(say_plan(room.library, room.progress_index, short, lambda _: 2.0, NOW)) == [
        "2 episodes, 1 minute 50, until 12:01.",
        "One. Queued. 50 seconds.",
        "Five. 5 seconds.",
    ]


@pytest.mark.parametrize(("count", "last"), [(12, "One. 1 minute 40."), (14, "And 2 more.")])
def test_plan_says_twelve_episodes_and_how_many_more(count: int, last: str) -> None:
    room = make_room()
    plan = Plan((0,) * count, 1400.0, room.library, ("",) * count)
    *said, end = say_plan(room.library, room.progress_index, plan, lambda _: 1.0, NOW)
    assert (len(said), end) == (min(count, 13), last)


def test_plan_names_a_podcast_once_for_the_episodes_that_follow_each_other() -> None:
    room = make_room(settings={})
    plan = Plan((0, 1), 300.0, room.library, ("Cast", "Cast"))
    assert list(say_plan(room.library, room.progress_index, plan, lambda _: 1.0, NOW))[1:] == [
        "One. Cast. 1 minute 40.",
        "Two. 3 minutes 20.",
    ]


def test_summary_says_what_was_finished_and_listened_to() -> None:
    summary = Summary(1, 90.0, 60.0, (("Basics", 2, 5),), "two")
    assert list(say_summary(make_room().library, summary)) == [
        "The session is over. 1 episode finished, listened for 1 minute 30.",
        "Basics: 2 of 5 played.",
        "Next: Two",
    ]


def test_notes_leave_out_blank_lines_and_number_the_chapters() -> None:
    notes = EpisodeNotes("One.\n\nTwo.", "Cast", "https://cast.example.org/1", replaced=date(2026, 12, 3))
    assert list(say_notes(notes, (Chapter(0.0, "Hello"), Chapter(90.0)))) == [
        "Podcast: Cast.",
        "Page: https://cast.example.org/1",
        "Its podcast gave it another recording on 03 December 2026.",
        "Notes:",
        "One.",
        "Two.",
        "Chapter 1, at 0 seconds: Hello.",
        "Chapter 2, at 1 minute 30: no title.",
    ]
    assert list(say_notes(EpisodeNotes(), ())) == []


@pytest.mark.parametrize(
    ("wall", "saved"), [(3540.0, ["Saved by speed, shorter silence and skipped passages: 1 minute."]), (3541.0, [])]
)
def test_statistics_say_sums_and_the_last_sessions(wall: float, saved: list[str]) -> None:
    sessions = (PastSession(NOW, NOW, 60.0, ("one", "two")),) * 6
    statistics = Statistics(3600.0, wall, {date(2026, 3, 4): 60.0, date(2026, 3, 3): 5.0}, {"2026-W10": 120.0},
                            {"2026-03": 180.0}, (0.0,) * 24, {0: 3480.0, 1: 60.0}, sessions)  # fmt: skip
    assert list(say_statistics(statistics, date(2026, 3, 4), make_room().library, 1)) == [
        "Listened today: 1 minute.",
        "Listened this week: 2 minutes.",
        "Listened this month: 3 minutes.",
        "Listened in all: 1 hour.",
        *saved,
        "Finished: 1 episode.",
        "Basics. 1 minute.",
        "No longer in the library: 2 minutes.",
        *["Wednesday 04 March, 12:00: 1 minute, 2 episodes."] * 5,
    ]
    later = list(say_statistics(statistics, date(2027, 1, 1), make_room().library, 1))
    assert later[-1] == "Wednesday 04 March 2026, 12:00: 1 minute, 2 episodes."


def test_statistics_say_five_topics_the_one_listened_to_most_first() -> None:
    library = build_library([Topic(name) for name in "ABCDEF"], [])
    heard = {0: 600.0, **{topic: topic * 60.0 for topic in range(1, 7)}}
    statistics = Statistics(600.0, 600.0, {}, {}, {}, (0.0,) * 24, heard, ())
    said = list(say_statistics(statistics, date(2026, 3, 4), library, 0))
    assert said[:2] == ["Listened today: 0 seconds.", "Listened in all: 10 minutes."]
    assert said[3:] == ["F. 6 minutes.", "E. 5 minutes.", "D. 4 minutes.", "C. 3 minutes.", "B. 2 minutes."]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("S", "capital S"), ("s", "s"), ("ctrl+f", "control f"), ("question_mark", "question mark"), ("+", "+"),
        ("F1", "F1"), ("shift+tab", "shift tab"), ("pagedown", "page down"),
    ],
)  # fmt: skip
def test_key_is_named_for_a_voice(key: str, said: str) -> None:
    assert say_key(key) == said


def test_keys_name_the_actions_that_work_here_alone() -> None:
    assert list(say_keys(ACTIONS, ["undo", "focus.next", "playback.toggle", "transcript.remove"])) == [
        "space or p: Play or pause.",
        "tab: Switch between topics and episodes.",
        "In the palette: Remove the recognised transcript.",
        "u: Undo.",
    ]


def test_details_say_that_a_recording_is_not_as_long_as_its_podcast_states() -> None:
    streamed = Episode("one", "One", duration=200.0, audio="https://c.example.org/1.mp3")
    room = make_room([streamed], progress={"one": Progress(NOW, duration=172.0)})
    assert list(say_details(room.library, room.progress_index, 0))[1].startswith("Its podcast states 3 min 20 s, but")


def test_details_of_a_book_say_who_made_it_and_what_it_is() -> None:
    book = Episode(
        "one", "One", "A summary.", 60.0, date(2026, 2, 5), ("Basics", "Hostile"), question="Why", author="Ann",
        narrator="Bob", series="Ships 2", year="1999", numbering="S1 E2", sources="A paper, 2017\nA page",
        parts=(Part("/1.mp3", 30.0), Part("/2.mp3", 30.0)),
    )  # fmt: skip
    room = make_room([book])
    assert list(say_details(room.library, room.progress_index, 0)) == [
        "S1 E2, One. 1 minute.",
        "A summary.",
        "By Ann.",
        "Read by Bob.",
        "Series: Ships 2.",
        "Year: 1999.",
        "A book of 2 files.",
        "Question: Why.",
        "Topics: Basics, Hostile.",
        "Published 05 February 2026.",
        "Source: A paper, 2017",
        "Source: A page",
        "Id: one",
    ]


@pytest.mark.parametrize(
    ("progress", "index", "said"),
    [
        (None, 0, "One. 1 minute 40."),
        (None, 3, "Four. Only a teaser."),
        (Progress(START, 42.0), 0, "One. Started, 42 seconds of 1 minute 40."),
        (Progress(START, 42.0, played=True), 0, "One. Played, 1 minute 40."),
    ],
)
def test_episode_says_its_status_and_length(progress: Progress | None, index: int, said: str) -> None:
    room = make_room(progress={"one": progress} if progress else {})
    assert say_episode(room.library, room.progress_index, index) == said


def test_source_in_a_folder_is_its_two_innermost_folders_without_those_that_are_listed() -> None:
    shelf = topic_key("", "Shelf", feed="file:///shelf")
    book = topic_key(shelf, "Book")
    part = topic_key(book, "CD 1")
    topics = [Topic(shelf), Topic(book, shelf), Topic(part, book), Topic("Other", None, "", ("one",))]
    library = build_library(topics, EPISODES[:2], [(part,), (shelf,)])
    assert library.topics.names[1:4] == ("Shelf", "Book", "CD 1")
    assert [source_of(library, 0, listed) for listed in (-1, 0, 1, 2, 3)] == ["Book, CD 1"] * 3 + ["CD 1", ""]
    assert source_of(library, 1) == "Shelf"


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


def test_topic_and_smart_list_say_what_is_in_them() -> None:
    progress = {"one": Progress(START, 42.0), "two": Progress(START, played=True), "three": Progress(START, 9.0)}
    room = make_room(progress=progress, queue=Queue(("four", "five", "one")))
    model = list_model(RoomServices(room))
    model.progress_index.set_new(["four"])
    assert [say_topic(model, entry) for entry in (SmartList.CONTINUE, SmartList.NEW, SmartList.QUEUE)] == [
        "Continue, 2 episodes.",
        "New, 1 episode.",
        "Queue, 3 episodes.",
    ]
    assert say_topic(model, 1) == "Basics, 5 episodes, 1 played, level 2."


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (ListQuery(entry=1), "Basics, 5 episodes, newest first."),
        (ListQuery(entry=1, filter=Filter.UNPLAYED), "Basics, 5 episodes, newest first, unplayed only."),
        (ListQuery(entry=1, query=" third "), "Basics, 1 episode, newest first, with third."),
        (ListQuery(entry=SmartList.QUEUE, filter=Filter.UNPLAYED), "Queue, 0 episodes."),
    ],
)
def test_list_says_what_is_in_it_and_how(query: ListQuery, said: str) -> None:
    assert say_list(list_model(RoomServices(make_room(), query))) == said
