"""Progress that others made, such as another machine, while this app runs."""

from datetime import timedelta

import pytest

from tests.fakes import START
from tests.rooms import EPISODES, Room, make_room
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.selection.shared_queue import QueueNews

LATER = START + timedelta(hours=1)


@pytest.fixture(name="room")
def playing_room() -> Room:
    """Episode three, playing at 20 s; `one` was left at 50 s."""
    room = make_room(EPISODES, {"one": Progress(START, 50.0, 100.0)})
    room.play("three", seconds=20)
    return room


def test_mark_of_another_machine_holds_while_the_episode_plays_on(room: Room) -> None:
    assert room.controller.editor.receive({"three": Progress(LATER, played=True)})
    room.player.play(30)
    assert (room.progress("three").status, room.position) == (Status.PLAYED, 50.0)


def test_mark_taken_off_elsewhere_lets_the_position_go_on(room: Room) -> None:
    room.controller.editor.mark(["three"], played=True)
    assert room.controller.editor.receive({"three": Progress(LATER)})
    room.player.play(30)
    assert room.progress("three").position == 50.0


def test_position_of_another_machine_moves_all_but_what_plays(room: Room) -> None:
    values = {"three": Progress(LATER, 200.0), "one": Progress(LATER, 70.0), "two": Progress(LATER, 5.0)}
    assert room.controller.editor.receive(values)
    assert [room.progress(ident).position for ident in ("three", "one", "two")] == [20.0, 70.0, 5.0]
    assert room.listener.changed[-1] == {"one", "two"}


def test_what_comes_under_another_id_of_an_episode_is_of_that_episode(room: Room) -> None:
    room.controller.library.aliases = {"copy": "one"}
    assert room.controller.editor.receive({"copy": Progress(LATER, 70.0)})
    assert (room.progress("one").position, room.progress_index.continue_count) == (70.0, 1)
    room.controller.receive_queue(QueueNews("now", "", (), ("copy", "two")))
    assert room.controller.queue.upcoming == ("one", "two")


@pytest.mark.parametrize("value", [Progress(START, 50.0, 100.0), Progress(START - timedelta(days=1), 9.0, 100.0)])
def test_what_is_known_or_older_is_not_new(room: Room, value: Progress) -> None:
    said = list(room.listener.said)
    assert not room.controller.editor.receive({"one": value}, "1 episode synced")
    assert (room.progress("one").position, room.listener.said) == (50.0, said)


def test_what_others_saved_is_not_saved_again_unless_asked(room: Room) -> None:
    saved = len(room.writer.records)
    room.controller.editor.receive({"one": Progress(LATER, 70.0)})
    assert len(room.writer.records) == saved
    room.controller.editor.receive({"one": Progress(LATER + timedelta(hours=1), 80.0)}, is_saved=False)
    assert room.writer.progress("one") == [80.0]


def test_what_came_in_with_a_label_is_said_and_undone(room: Room) -> None:
    room.controller.editor.receive({"one": Progress(LATER, 70.0)}, "1 episode synced")
    assert room.listener.said[-1] == "1 episode synced. Press u to undo."
    room.controller.undo()
    assert room.progress("one").position == 50.0
