"""The library is swapped under a listener: feeds were refreshed, added or removed while an episode plays."""

from collections.abc import Sequence

import pytest

from tests.core.playback.test_session_runner import start_session
from tests.fakes import START
from tests.present import present
from tests.rooms import EPISODES, TOPICS, Room, make_room
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import build_library
from tui_pod.core.playback.undo import Change
from tui_pod.core.player.events import FileEnded, LoadFailed, SourceReady
from tui_pod.core.player.snapshot import PlayerStatus, Source
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import ListQuery, SmartList, list_episodes, missing
from tui_pod.core.selection.queue import Queue

NEW = (Episode("new-1", "New 1", duration=50.0, tags=("Fresh",)), Episode("new-2", "New 2", tags=("Basics",)))


def swap(room: Room, episodes: Sequence[Episode], topics: Sequence[Topic] = TOPICS) -> None:
    """Give the listener another library."""
    room.library = build_library(topics, episodes)
    room.progress_index = room.progress_index.moved_to(room.library)
    room.controller.adopt(room.library, room.progress_index)


def without(*gone: str) -> list[Episode]:
    """Return the standard episodes but these."""
    return [episode for episode in EPISODES if episode.id not in gone]


def topic_stats(progress_index: ProgressIndex) -> list[tuple[int, int, float]]:
    return [(stats.played, stats.started, round(stats.left, 6)) for stats in progress_index.topic_stats]


def test_what_plays_goes_on_and_its_progress_is_kept_in_the_new_index(room: Room) -> None:
    room.play("two", seconds=30)
    swap(room, [*NEW, *EPISODES])
    room.player.play(20)
    assert (room.loads(), room.position, room.status) == (["two"], 50, PlayerStatus.PLAYING)
    assert room.progress("two").position == 50
    room.player.play(150)
    assert room.progress("two").played
    assert room.writer.progress("two")[-1] == 0


def test_what_plays_goes_on_to_its_end_when_it_vanished(room: Room) -> None:
    room.play("two", seconds=30)
    swap(room, without("two"))
    room.player.play(170)
    assert room.progress("two").played
    assert room.playing == "three"


def test_what_is_loading_comes_when_it_vanished(room: Room) -> None:
    room.sources.is_holding = True
    room.play("two")
    swap(room, without("two"))
    room.controller.handle(SourceReady(room.controller.playback.load, Source("/two.mp3")))
    assert (room.playing, room.status) == ("two", PlayerStatus.PLAYING)
    assert room.controller.playback.duration == 100.0


def test_stream_that_drops_is_opened_again_when_it_vanished() -> None:
    room = make_room([Episode("stream", "Stream", duration=100.0, audio="https://a.example/s.mp3"), *EPISODES])
    room.sources.found["stream"] = Source("https://a.example/s.mp3", is_stream=True)
    room.play("stream", seconds=30)
    swap(room, EPISODES)
    room.controller.handle(FileEnded(room.controller.playback.load, 30.2))
    assert room.status is PlayerStatus.LOADING
    room.clock.go(2.1)
    room.controller.tick()
    assert (room.playing, room.status, room.position) == ("stream", PlayerStatus.PLAYING, 30.2)
    assert room.sources.requests == ["stream", "stream"]


def test_narration_that_cannot_be_opened_is_made_anew_when_it_vanished(room: Room) -> None:
    room.player.is_holding = True
    room.play("two")
    swap(room, without("two"))
    room.player.is_holding = False
    room.controller.handle(LoadFailed(room.controller.playback.load, "broken"))
    assert (room.sources.discarded, room.playing, room.status) == (["/two.opus"], "two", PlayerStatus.PLAYING)


@pytest.mark.parametrize(
    ("playing", "gone", "expected"),
    [("one", (), "two"), ("one", ("two", "three"), "four"), ("three", ("three",), "four")],
    ids=["by ids", "over what vanished", "after what vanished while it played"],
)
def test_list_goes_on_when_indexes_moved(room: Room, playing: str, gone: tuple[str, ...], expected: str) -> None:
    room.play(playing)
    swap(room, [*NEW, *without(*gone)])
    swap(room, [*NEW[:1], *without(*gone)])
    room.controller.next()
    assert room.playing == expected
    room.controller.previous()
    assert room.playing == (playing if playing not in gone else "two")


def test_list_of_which_nothing_is_left_ends(room: Room) -> None:
    room.play("two")
    swap(room, NEW)
    assert room.controller.sessions.status().next is None
    room.controller.previous()
    assert (room.playing, room.position) == ("two", 0)
    assert "Nothing comes next" in room.controller.next().text


def test_next_one_is_prepared_when_another_comes_next_now(room: Room) -> None:
    room.play("one")
    assert room.sources.prepared == ["two"]
    swap(room, without("two"))
    assert room.sources.prepared == ["two", "three"]


def test_queue_keeps_its_ids_and_skips_what_vanished(room: Room) -> None:
    room.controller.queue_last(["three", "five"])
    room.play("one")
    swap(room, without("three"))
    assert room.controller.queue.entries == ("three", "five")
    assert room.controller.sessions.status().next == "five"
    room.player.play(100)
    assert room.playing == "five"
    room.player.play(100)
    assert room.playing == "two"
    assert topic_stats(room.progress_index) == topic_stats(ProgressIndex(room.library, dict(room.progress_index)))


def test_queue_shows_what_vanished_as_missing_and_shows_it_again_when_it_is_back(room: Room) -> None:
    room.controller.queue_last(["three", "five"])
    view = ListQuery(entry=SmartList.QUEUE)
    swap(room, without("three"))
    index = room.library.index("five")
    assert list_episodes(room.library, room.progress_index, room.controller.queue, view) == [missing(0), index]
    swap(room, EPISODES)
    assert list_episodes(room.library, room.progress_index, room.controller.queue, view) == [2, 4]


def test_session_with_another_one_queued_between_goes_on_after_it(room: Room) -> None:
    start_session(room)
    room.controller.queue_next(["five"])
    swap(room, [*NEW, *EPISODES])
    room.player.play(200)
    assert room.playing == "five"
    room.player.play(10)
    assert (room.playing, room.listener.summaries) == ("one", [])
    room.player.play(100)
    [summary] = room.listener.summaries
    assert summary.finished == 3


def test_session_is_planned_anew_in_its_own_topic_when_topics_moved(room: Room) -> None:
    start_session(room)
    swap(room, [*NEW, *EPISODES], [Topic("Fresh"), *TOPICS])
    room.controller.editor.mark(["one"], played=True)  # plans it anew
    session = present(room.controller.session)
    assert room.library.topics.names[session.request.topic] == "Numbers"
    assert set(session.episodes) <= {"one", "two"}


def test_session_whose_topic_vanished_is_planned_from_the_one_above(room: Room) -> None:
    start_session(room)
    episodes = [episode._replace(tags=("Basics",)) for episode in EPISODES]
    swap(room, episodes, [Topic("Basics")])
    session = present(room.controller.session)
    assert room.library.topics.names[session.request.topic] == "Basics"


def test_counts_are_those_of_an_index_made_anew() -> None:
    progress = {
        "one": Progress(START, played=True),
        "two": Progress(START, 50.0, 200.0),
        "new-1": Progress(START, 10.0, 50.0),
        "gone": Progress(START, played=True),
    }
    room = make_room(progress=progress, queue=Queue(("new-1",)))
    swap(room, [*NEW, *without("three")])
    fresh = ProgressIndex(room.library, progress)
    assert topic_stats(room.progress_index) == topic_stats(fresh)
    assert room.progress_index.indexes == fresh.indexes
    assert room.progress_index.unfinished() == fresh.unfinished()
    assert room.progress_index.status("gone") is Status.PLAYED


def test_undo_takes_back_by_ids_across_a_swap(room: Room) -> None:
    room.controller.editor.mark(["two"], played=True)
    room.controller.queue_last(["three", "five"])
    swap(room, [*NEW, *EPISODES])
    room.controller.undo()
    swap(room, without("two"))
    room.controller.undo()
    swap(room, EPISODES)
    assert (room.controller.queue.entries, room.progress_index.status("two")) == ((), Status.UNPLAYED)
    room.controller.redo()
    assert room.progress_index.status("two") is Status.PLAYED
    assert room.progress_index.topic_stats[0].played == 1


@pytest.mark.parametrize("is_playing", [False, True])
def test_undo_of_a_seek_in_what_vanished(room: Room, is_playing: bool) -> None:
    room.play("two", seconds=10)
    room.controller.seek_to(90)
    if not is_playing:
        room.play("one")
    swap(room, without("two"))
    assert room.controller.undo().text == "Undid: seek from 0:10 to 1:30"
    assert (room.position == 10) is is_playing


def test_deed_is_undone_in_its_turn(room: Room) -> None:
    done: list[str] = []
    room.controller.editor.mark(["one"], played=True)
    room.controller.undo_history.add(Change("Cast removed", lambda: done.append("back"), lambda: done.append("again")))
    swap(room, without("two"))
    room.controller.undo()
    room.controller.redo()
    room.controller.undo()
    assert (done, room.progress_index.status("one")) == (["back", "again", "back"], Status.PLAYED)
    room.controller.undo()
    assert room.progress_index.status("one") is Status.UNPLAYED
