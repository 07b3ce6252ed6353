"""A book has a speed of its own."""

from tests.core.player.test_parts import BOOK, NEXT, book_room
from tests.rooms import make_room


def test_speed_set_while_a_book_plays_is_that_of_the_book_alone_and_kept_over_a_restart() -> None:
    room = book_room()
    room.play("book", following=[0])
    room.controller.mixer.set_speed(1.5)
    room.play("next", following=[1])
    assert room.controller.playback.speed == 1.0
    assert room.writer.setting("speed") is None
    room.controller.mixer.set_speed(1.2)
    room.play("book", following=[0])
    assert room.controller.playback.speed == 1.5
    restarted = make_room([BOOK, NEXT], saved_list=room.writer.table("list"))
    assert [restarted.controller.mixer.speed_rule(index) for index in (0, 1)] == [1.5, 1.0]


def test_damaged_speeds_are_ignored() -> None:
    room = make_room([BOOK, NEXT], saved_list={"book_speeds": ["book", "book x", "next 99", 7]})
    assert [room.controller.mixer.speed_rule(index) for index in (0, 1)] == [1.0, 3.0]
