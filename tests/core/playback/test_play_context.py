"""The list that playing goes on in: where it comes from, and that it survives a restart."""

import pytest

from tests.core.library.test_course import library as library
from tests.fakes import START
from tests.rooms import Room, make_room
from tui_pod.core.library.library import Library
from tui_pod.core.playback.up_next import PlayContext
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import Filter, ListQuery, Sort, list_episodes
from tui_pod.core.selection.queue import Queue

PLAYED = Progress(START, played=True, plays=1)
BASICS = 1
"""The topic of one to five."""

SEED = 4
"""Shuffles them to four, one, two, three, five."""


def start_from(room: Room, episode: str, view: ListQuery) -> None:
    """Start an episode from a list."""
    listed = list(list_episodes(room.library, room.progress_index, room.controller.queue, view))
    index = room.library.index(episode)
    assert index is not None
    room.controller.play(episode, PlayContext(listed, listed.index(index), view))


def restarted(room: Room) -> Room:
    """Return listening as after a restart: only what was saved is known, and the episode is held."""
    playback = room.controller.playback
    held = Playback(episode=playback.episode, title=playback.title, position=playback.position)
    room.controller.end()
    return make_room(
        progress=dict(room.progress_index),
        queue=room.controller.queue,
        playback=held,
        saved_list=room.writer.table("list"),
        library=room.library,
    )


def following(room: Room) -> str | None:
    return room.controller.sessions.status().next


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (ListQuery(BASICS, sort=Sort.SHORTEST), "three"),
        (ListQuery(BASICS, sort=Sort.TITLE), None),
        (ListQuery(BASICS, Filter.UNPLAYED, Sort.LONGEST), "one"),
        (ListQuery(BASICS, sort=Sort.SHUFFLE, seed=SEED), "three"),
        (ListQuery(0), "three"),
    ],
)
def test_list_that_an_episode_was_started_from_survives_a_restart(view: ListQuery, expected: str | None) -> None:
    room = make_room()
    start_from(room, "two", view)
    room.player.play(20)
    assert following(room) == expected
    room = restarted(room)
    assert following(room) == expected
    room.controller.toggle_pause()
    assert following(room) == expected


def test_list_survives_while_a_queued_episode_plays() -> None:
    room = make_room(queue=Queue(("five",)))
    start_from(room, "three", ListQuery(BASICS, sort=Sort.SHORTEST))
    room.player.play(300)
    assert room.playing == "five"
    room.player.play(5)
    room = restarted(room)
    room.controller.toggle_pause()
    assert following(room) == "four"  # its length is unknown, so it is the last one


def test_list_of_another_episode_is_not_taken_up_after_a_restart(library: Library) -> None:
    saved = {"topic": library.topics.keys[0], "order": "title", "filter": "all", "episode": "e"}
    held = Playback(episode="d", title="D", position=5.0)
    room = make_room(library=library, playback=held, saved_list=saved)
    assert following(room) == "c"
    assert restarted(room).controller.context.view.sort is Sort.COURSE


@pytest.mark.parametrize("saved", [{"topic": 5}, {"topic": "gone"}, {"order": "loudest"}, {"filter": []}])
def test_saved_list_that_makes_no_sense_leaves_the_own_podcast(saved: dict[str, object]) -> None:
    whole: dict[str, object] = {"topic": "Basics", "order": "title", "filter": "all", "episode": "two"}
    room = make_room(playback=Playback(episode="two", title="Two"), saved_list=whole | saved)
    assert following(room) == "three"


def test_going_back_plays_on_through_what_is_played_after_a_restart_too() -> None:
    room = make_room(progress={"two": PLAYED, "three": PLAYED})
    start_from(room, "two", ListQuery(BASICS))
    room.player.play(20)
    room = restarted(room)
    assert following(room) == "three"
    room.controller.toggle_pause()
    room.player.play(300)
    assert room.playing == "three"


@pytest.mark.parametrize("how", ["play", "play_from", "restart"])
def test_episode_started_without_a_list_leaves_the_former_list(library: Library, how: str) -> None:
    room = make_room(library=library)
    start_from(room, "f", ListQuery(0, sort=Sort.TITLE))
    room.player.play(2)
    room.controller.play_from("f", 1.0)
    room.controller.restart("f")
    assert room.controller.context.view.sort is Sort.TITLE
    getattr(room.controller, how)("d", *([3.0] if how == "play_from" else []))
    assert following(room) == "c"
