"""The library is swapped under a listener: feeds were refreshed, added or removed while an episode plays."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.fakes import START
from tests.rooms import EPISODES, TOPICS, Room, make_room
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import build_library
from tui_pod.core.playback.events import FileEnded, LoadFailed, SourceReady
from tui_pod.core.playback.snapshot import PlayerStatus, Source
from tui_pod.core.playback.undo import DeedChange
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import ProgressBook
from tui_pod.core.selection.list_query import Special, View, list_episodes, missing
from tui_pod.core.selection.queue import Queue
from tui_pod.core.selection.session_planner import Wish, plan_session

NEW = (Episode("new-1", "New 1", duration=50.0, tags=("Fresh",)), Episode("new-2", "New 2", tags=("Basics",)))


def swap(room: Room, episodes: Sequence[Episode], topics: Sequence[Topic] = TOPICS) -> None:
    """Give the listener another library."""
    room.library = build_library(topics, episodes)
    room.book = room.book.moved_to(room.library)
    room.listening.adopt(room.library, room.book)


def without(*gone: str) -> list[Episode]:
    """Return the standard episodes but these."""
    return [episode for episode in EPISODES if episode.id not in gone]


def tallies(book: ProgressBook) -> list[tuple[int, int, float]]:
    return [(tally.played, tally.started, round(tally.left, 6)) for tally in book.tallies]


# -- what plays ----------------------------------------------------------------------------------------


def test_what_plays_goes_on_and_its_progress_is_kept_in_the_new_book(room: Room) -> None:
    room.play("two", seconds=30)
    swap(room, [*NEW, *EPISODES])
    room.player.play(20)
    assert (room.loads(), room.position, room.status) == (["two"], 50, PlayerStatus.PLAYING)
    assert room.progress("two").position == 50
    room.player.play(150)
    assert room.progress("two").played
    assert room.recorder.progress("two")[-1] == 0


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
    room.listening.handle(SourceReady(room.listening.playback.load, Source("/two.mp3")))
    assert (room.playing, room.status) == ("two", PlayerStatus.PLAYING)
    assert room.listening.playback.duration == 100.0


def test_stream_that_drops_is_opened_again_when_it_vanished() -> None:
    room = make_room([Episode("stream", "Stream", duration=100.0, audio="https://a.example/s.mp3"), *EPISODES])
    room.sources.found["stream"] = Source("https://a.example/s.mp3", is_stream=True)
    room.play("stream", seconds=30)
    swap(room, EPISODES)
    room.listening.handle(FileEnded(room.listening.playback.load, 30.2))
    assert room.status is PlayerStatus.LOADING
    room.clock.go(1.1)
    room.listening.tick()
    assert (room.playing, room.status, room.position) == ("stream", PlayerStatus.PLAYING, 30.2)
    assert room.sources.requests == ["stream", "stream"]


def test_narration_that_cannot_be_opened_is_made_anew_when_it_vanished(room: Room) -> None:
    room.player.is_holding = True
    room.play("two")
    swap(room, without("two"))
    room.player.is_holding = False
    room.listening.handle(LoadFailed(room.listening.playback.load, "broken"))
    assert (room.sources.discarded, room.playing, room.status) == (["/two.opus"], "two", PlayerStatus.PLAYING)


# -- the list it was started from ----------------------------------------------------------------------


def test_list_goes_on_by_ids_when_indexes_moved(room: Room) -> None:
    room.play("one")
    swap(room, [*NEW, *EPISODES])
    room.listening.next()
    assert room.playing == "two"
    room.listening.next()
    assert room.playing == "three"


def test_list_skips_what_vanished(room: Room) -> None:
    room.play("one")
    swap(room, without("two", "three"))
    room.listening.next()
    assert room.playing == "four"


def test_list_goes_on_after_the_place_of_a_playing_one_that_vanished(room: Room) -> None:
    room.play("three")
    swap(room, [*NEW, *without("three")])
    room.listening.next()
    assert room.playing == "four"


def test_list_goes_back_by_ids(room: Room) -> None:
    room.play("three")
    swap(room, [*NEW, *without("two")])
    room.listening.previous()
    assert room.playing == "one"


def test_list_of_which_nothing_is_left_ends(room: Room) -> None:
    room.play("two")
    swap(room, NEW)
    assert room.listening.outlook().next is None
    room.listening.previous()
    assert (room.playing, room.position) == ("two", 0)
    room.listening.next()
    assert "Nothing comes next" in room.audience.said[-1]


def test_list_after_two_swaps_is_still_the_same(room: Room) -> None:
    room.play("two")
    swap(room, without("three"))
    swap(room, [*NEW, *EPISODES])
    room.listening.next()
    assert room.playing == "four"


def test_next_one_is_prepared_when_another_comes_next_now(room: Room) -> None:
    room.play("one")
    assert room.sources.prepared == ["two"]
    swap(room, without("two"))
    assert room.sources.prepared == ["two", "three"]


# -- the queue -----------------------------------------------------------------------------------------


def test_queue_keeps_its_ids_and_skips_what_vanished(room: Room) -> None:
    room.listening.queue_last(["three", "five"])
    room.play("one")
    swap(room, without("three"))
    assert room.listening.queue.entries == ("three", "five")
    assert room.listening.outlook().next == "five"
    room.player.play(100)
    assert room.playing == "five"


def test_queue_shows_what_vanished_as_missing_and_shows_it_again_when_it_is_back(room: Room) -> None:
    room.listening.queue_last(["three", "five"])
    view = View(place=Special.QUEUE)
    swap(room, without("three"))
    index = room.library.index("five")
    assert list_episodes(room.library, room.book, room.listening.queue, view) == [missing(0), index]
    swap(room, EPISODES)
    assert list_episodes(room.library, room.book, room.listening.queue, view) == [2, 4]


def test_queue_of_nothing_but_what_vanished_lets_the_list_go_on(room: Room) -> None:
    room.listening.queue_last(["three"])
    room.play("one")
    swap(room, without("three"))
    room.player.play(100)
    assert room.playing == "two"


# -- the session ---------------------------------------------------------------------------------------


def begin_session(room: Room, budget: float = 300.0) -> None:
    """Start a session in the topic Numbers: two, then one."""
    wish = Wish(budget, topic=2)
    room.listening.start_session(wish, plan_session(room.library, room.book, wish, room.listening.pace))


def test_session_goes_on_by_ids_and_ends(room: Room) -> None:
    begin_session(room)
    swap(room, [*NEW, *EPISODES])
    room.player.play(200)
    assert room.playing == "one"
    room.player.play(100)
    [summary] = room.audience.summaries
    assert summary.finished == 2


def test_session_whose_next_vanished_ends_after_the_present_one(room: Room) -> None:
    begin_session(room)
    swap(room, without("one"))
    room.player.play(200)
    assert (room.playing, len(room.audience.summaries)) == (None, 1)


def test_session_with_another_one_queued_between_goes_on_after_it(room: Room) -> None:
    begin_session(room)
    room.listening.queue_next(["five"])
    swap(room, [*NEW, *EPISODES])
    room.player.play(200)
    assert room.playing == "five"
    room.player.play(10)
    assert (room.playing, room.audience.summaries) == ("one", [])


def test_session_is_planned_anew_in_its_own_topic_when_topics_moved(room: Room) -> None:
    begin_session(room)
    swap(room, [*NEW, *EPISODES], [Topic("Fresh"), *TOPICS])
    room.listening.mark(["one"], played=True)  # plans it anew
    session = room.listening.session
    assert session is not None
    assert room.library.topics.names[session.wish.topic] == "Numbers"
    assert set(session.episodes) <= {"one", "two"}


def test_session_whose_topic_vanished_is_planned_from_the_one_above(room: Room) -> None:
    begin_session(room)
    episodes = [episode._replace(tags=("Basics",)) for episode in EPISODES]
    swap(room, episodes, [Topic("Basics")])
    session = room.listening.session
    assert session is not None
    assert room.library.topics.names[session.wish.topic] == "Basics"


# -- counts --------------------------------------------------------------------------------------------


def test_counts_are_those_of_a_book_made_anew() -> None:
    progress = {
        "one": Progress(START, played=True),
        "two": Progress(START, 50.0, 200.0),
        "new-1": Progress(START, 10.0, 50.0),
        "gone": Progress(START, played=True),
    }
    room = make_room(progress=progress, queue=Queue(("new-1",)))
    swap(room, [*NEW, *without("three")])
    fresh = ProgressBook(room.library, progress)
    assert tallies(room.book) == tallies(fresh)
    assert room.book.indexes == fresh.indexes
    assert room.book.unfinished() == fresh.unfinished()
    assert room.book.status("gone") is Status.PLAYED


def test_counts_after_a_swap_follow_the_playing(room: Room) -> None:
    room.play("one")
    swap(room, [*NEW, *EPISODES])
    room.player.play(100)
    assert tallies(room.book) == tallies(ProgressBook(room.library, dict(room.book)))
    assert room.book.tallies[0].played == 1


# -- taking back ---------------------------------------------------------------------------------------


def test_undo_takes_back_by_ids_across_a_swap(room: Room) -> None:
    room.listening.mark(["two"], played=True)
    room.listening.queue_last(["three", "five"])
    swap(room, [*NEW, *EPISODES])
    room.listening.undo()
    room.listening.undo()
    assert (room.listening.queue.entries, room.book.status("two")) == ((), Status.UNPLAYED)
    room.listening.redo()
    assert room.book.status("two") is Status.PLAYED
    assert room.book.tallies[0].played == 1


def test_undo_of_a_mark_on_what_vanished_holds_when_it_is_back(room: Room) -> None:
    room.listening.mark(["two"], played=True)
    swap(room, without("two"))
    room.listening.undo()
    swap(room, EPISODES)
    assert room.book.status("two") is Status.UNPLAYED


@pytest.mark.parametrize("is_playing", [False, True])
def test_undo_of_a_seek_in_what_vanished(room: Room, is_playing: bool) -> None:
    room.play("two", seconds=10)
    room.listening.seek_to(90)
    if not is_playing:
        room.play("one")
    swap(room, without("two"))
    room.listening.undo()
    assert (room.position == 10) is is_playing
    assert "Taken back: seek from 0:10 to 1:30" in room.audience.said


def test_deed_is_taken_back_in_its_turn(room: Room) -> None:
    done: list[str] = []
    room.listening.mark(["one"], played=True)
    room.listening.note_deed(DeedChange("Cast removed", lambda: done.append("back"), lambda: done.append("again")))
    swap(room, without("two"))
    room.listening.undo()
    room.listening.redo()
    room.listening.undo()
    assert (done, room.book.status("one")) == (["back", "again", "back"], Status.PLAYED)
    room.listening.undo()
    assert room.book.status("one") is Status.UNPLAYED
