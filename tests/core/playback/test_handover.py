"""Going on where another machine stopped."""

from datetime import timedelta

import pytest

from tests.fakes import START
from tests.rooms import EPISODES, Room, make_room
from tui_pod.core.outcome import refused
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.progress import Progress, newest


class Others:
    """Other machines that answer when the test says so."""

    def __init__(self, room: Room) -> None:
        self.asked = 0
        self.is_asking = False
        self._room = room
        room.controller.handover.attach(self)

    def ask(self) -> None:
        self.asked += 1
        self.is_asking = True

    def answer(self, position: float | None = None, after: float = 1.0, episode: str = "three") -> None:
        """Answer, with a position that is newer than ours by so many seconds, or with nothing new."""
        self.is_asking = False
        if position is not None:
            former = self._room.progress_index.get(episode)
            time = (former.updated if former else START) + timedelta(seconds=after)
            values = {episode: Progress(time, position, 300.0, origin="laptop")}
            self._room.controller.editor.receive(values, "1 episode synced")
        self._room.controller.handover.answered(True)


@pytest.fixture(name="room")
def paused_room() -> Room:
    """Episode three, paused at 60 s."""
    room = make_room(EPISODES)
    room.play("three", seconds=60)
    room.controller.toggle_pause()
    return room


@pytest.fixture
def others(room: Room) -> Others:
    return Others(room)


def receive(room: Room, position: float, time: timedelta = timedelta(minutes=5), origin: str = "laptop") -> None:
    """Receive a position of episode three."""
    value = Progress(START + time, position, 300.0, origin=origin)
    room.controller.editor.receive({"three": value}, "1 episode synced")


def test_paused_episode_moves_to_a_newer_position_and_undo_goes_back(room: Room) -> None:
    receive(room, 290.0)
    assert (room.position, room.player.now, room.progress("three").position) == (290.0, 290.0, 290.0)
    assert room.listener.said[-1] == "4 min further, from laptop, just now · u goes back"
    room.controller.undo()
    assert (room.position, room.progress("three").position) == (60.0, 60.0)
    assert room.progress("three").updated > START + timedelta(minutes=5)  # so that the other machine goes back too


def test_move_itself_saves_nothing_and_space_goes_on_there(room: Room) -> None:
    saved = room.writer.progress("three")
    receive(room, 200.0)
    assert room.writer.progress("three") == saved
    room.clock.go(600)
    room.controller.toggle_pause()
    room.player.play(10)
    assert room.progress("three").position == pytest.approx(207, abs=4)  # less the rewind of a long pause


def test_machine_that_plays_on_moves_the_bar_with_one_line_and_one_undo(room: Room) -> None:
    said = len(room.listener.said)
    for step in range(5):
        receive(room, 200.0 + 4 * step, timedelta(minutes=5, seconds=4 * step))
    assert (room.position, len(room.listener.said)) == (216.0, said + 1)
    room.controller.undo()
    assert room.position == 60.0


def test_small_move_by_another_program_here_is_silent(room: Room) -> None:
    said = len(room.listener.said)
    receive(room, 290.0, timedelta(seconds=10))
    assert room.position == 60.0  # ours is newer
    receive(room, 64.0, origin="")
    assert (room.position, len(room.listener.said)) == (64.0, said)
    assert room.controller.handover.take_over() == refused("No other machine has a newer position.")


def test_loading_paused_episode_moves_and_saves_nothing_of_its_own(room: Room) -> None:
    room.player.is_holding = True
    room.controller.play("two")
    room.controller.toggle_pause()
    value = Progress(START + timedelta(hours=1), 150.0, 200.0, origin="laptop")
    room.controller.editor.receive({"two": value})
    assert (room.position, room.progress("two")) == (150.0, value)


def test_episode_that_plays_is_offered_the_position_and_takes_it_by_key(room: Room) -> None:
    room.controller.toggle_pause()
    room.player.play(5)
    receive(room, 200.0)
    assert room.position == 65.0
    receive(room, 200.0, origin="")  # as the state file has it
    assert room.listener.said[-1] == "2 min further, from laptop, just now · w goes there"
    assert room.controller.handover.elsewhere("three") == "3:20, from laptop, just now"
    room.controller.handover.take_over()
    assert (room.position, room.progress("three").position) == (200.0, 200.0)
    assert room.controller.handover.elsewhere("three") == ""
    room.controller.undo()
    assert room.position == 65.0


def test_playing_on_without_moving_never_looks_newer_than_the_other_machine(room: Room, others: Others) -> None:
    theirs = Progress(START + timedelta(seconds=90), 200.0, 300.0)  # made during the pause here
    room.clock.go(110)
    room.controller.toggle_pause()  # after less than two minutes: nobody is asked
    room.player.play(20)
    ours = room.progress("three")
    assert others.asked == 0
    assert (ours.position, newest(ours, theirs).position) == (77.0, 200.0)
    assert ours.listened == room.clock.now


def test_new_episode_never_looks_newer_than_what_another_machine_has_yet_to_send(room: Room, others: Others) -> None:
    theirs = Progress(room.clock.now, 200.0, 300.0)
    room.clock.go(20)
    others.answer()  # without that position: a machine sends only some time after a pause
    room.play("two", seconds=5)
    assert newest(room.progress("two"), theirs).position == 200.0


def test_offer_that_is_played_past_keeps_ours(room: Room, others: Others) -> None:
    room.controller.toggle_pause()
    room.player.play(5)
    others.answer(200.0)
    room.player.play(70)
    assert room.progress("three").position == 135.0
    assert room.progress("three").updated == room.clock.now


@pytest.mark.parametrize("is_left", [False, True])
def test_pause_or_leaving_before_an_offer_is_decided_moves_there(room: Room, others: Others, is_left: bool) -> None:
    room.controller.toggle_pause()
    room.player.play(5)
    others.answer(200.0)
    if is_left:
        room.controller.play("two")
        assert room.progress("three").position == 200.0
        return
    room.controller.toggle_pause()
    assert (room.position, room.progress("three").position) == (200.0, 200.0)
    room.controller.undo()
    assert room.position == 65.0


def test_seek_decides_for_the_own_position(room: Room, others: Others) -> None:
    room.controller.toggle_pause()
    room.player.play(5)
    others.answer(200.0)
    room.controller.seek_to(20.0)
    assert room.progress("three").updated == room.clock.now
    room.controller.toggle_pause()
    assert room.position == 20.0


def test_resuming_after_a_long_pause_waits_for_the_others(room: Room, others: Others) -> None:
    room.clock.go(121)
    room.controller.toggle_pause()
    assert (room.status, others.asked) == (PlayerStatus.PAUSED, 1)
    room.controller.toggle_pause()
    others.answer()
    status = room.status
    assert status is PlayerStatus.PAUSED  # as the second press wished
    room.clock.go(121)
    room.controller.toggle_pause()
    others.answer(200.0)
    assert room.status is PlayerStatus.PLAYING
    assert room.position == pytest.approx(200, abs=10)


def test_answer_after_the_first_sound_is_offered(room: Room, others: Others) -> None:
    room.clock.go(121)
    room.controller.toggle_pause()
    room.controller.handover.go()  # the second is over
    room.player.play(5)
    others.answer(200.0)
    assert room.status is PlayerStatus.PLAYING
    assert room.position < 70
    assert "w goes there" in room.listener.said[-1]


def test_first_play_after_the_start_waits_and_a_second_wish_does_not() -> None:
    room = make_room(EPISODES, {"three": Progress(START, 60.0, 300.0)})
    others = Others(room)
    room.play("three")
    assert (room.playing, others.asked) == (None, 1)
    others.answer(200.0)
    assert (room.playing, room.position) == ("three", 200.0)
    other_room = make_room(EPISODES)
    Others(other_room)
    other_room.play("three")
    other_room.play("three")
    assert other_room.playing == "three"


def test_nobody_is_asked_while_something_plays_or_just_after_an_answer(room: Room, others: Others) -> None:
    room.controller.toggle_pause()
    room.controller.play("two")
    assert (room.playing, others.asked) == ("two", 0)
    room.controller.toggle_pause()
    room.clock.go(200)
    others.answer()
    room.controller.toggle_pause()
    assert (room.status, others.asked) == (PlayerStatus.PLAYING, 0)
