"""Search everywhere in the plain program."""

from __future__ import annotations

from tests.plain.test_program import RoomServices, typing
from tests.rooms import Room


async def test_search_everywhere_goes_through_what_was_found(room: Room) -> None:
    async with typing(RoomServices(room)) as typist:
        await typist.type("ctrl+f", "lighthouse", "", "e", "b", until_said="Bookmarked")
    assert typist.lines[4:] == [
        "Found in 1 episode.",
        "1 of 1. Three. In the transcript, at 30 seconds. A lighthouse stands there.",
        "Queued: Three.",
        "Playing: Three. From 30 seconds of 5 minutes.",
        "Bookmarked “A lighthouse stands there”. Press b again for a note.",
    ]


async def test_question_goes_through_the_nearest_and_says_so(room: Room) -> None:
    async with typing(RoomServices(room)) as typist:
        await typist.type("ctrl+f", "why do lighthouses shine", until_said="1 of 1")
    assert typist.lines[4] == "Nearest: nothing has all the words. 1 episode with some of them."


async def test_match_kept_again_asks_for_a_note_as_it_was_said(room: Room) -> None:
    services = RoomServices(room)
    async with typing(services) as typist:
        await typist.type("ctrl+f", "lighthouse", "b", until_said="again for a note")
        await typist.type("b", until_said="A note on the bookmark")
        await typist.type("Mine.", until_said="Noted.")
    assert [each.note for each in room.controller.bookmarks] == ["Mine."]
