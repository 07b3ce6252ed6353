"""Commands of the plain program that play, mark, queue and plan."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from tests.plain.test_program import RoomServices, run
from tests.rooms import Room, make_room
from tui_pod.core.player.events import ChaptersKnown
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, PlayerStatus, Source
from tui_pod.core.selection.list_query import ListQuery, SmartList
from tui_pod.core.selection.queue import Queue


async def test_enter_plays_and_space_pauses_and_goes_on(room: Room) -> None:
    assert await run(RoomServices(room), "", " ", "space") == [
        "Playing: One. 1 minute 40.",
        "Paused, 0 seconds of 1 minute 40.",
        "Playing, 0 seconds of 1 minute 40.",
    ]
    assert room.playing == "one"


async def test_space_with_nothing_loaded_plays_what_it_is_at(room: Room) -> None:
    assert (await run(RoomServices(room), "j", " "))[1] == "Playing: Two. 3 minutes 20."


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (".", "At 30 seconds of 1 minute 40."),
        ("right", "At 30 seconds of 1 minute 40."),
        ("shift+right", "At 5 seconds of 1 minute 40."),
        ("]", "Speed 1.1."),
        ("[", "Speed 0.9."),
        ("-", "Volume 75 percent."),
        ("+", "Volume 85 percent."),
        ("M", "Muted."),
        ("c", "Playing: One. 0 seconds of 1 minute 40."),
        (">", "Playing: Two. 3 minutes 20."),
        ("u", "Nothing to undo."),
    ],
)
async def test_key_while_playing_says_what_it_did(room: Room, key: str, said: str) -> None:
    assert (await run(RoomServices(room), "", key))[1] == said


async def test_next_sentence_is_said(room: Room) -> None:
    assert (await run(RoomServices(room), "", "}"))[-1] == "Two."
    assert room.position == 20


async def test_mark_says_so_and_goes_on_and_undo_takes_it_back(room: Room) -> None:
    assert await run(RoomServices(room), "m", "u") == [
        "Marked played: One.",
        "2 of 5. Two. 3 minutes 20.",
        "Undid: 1 episode marked played",
    ]
    assert not room.progress("one").played


async def test_mark_in_a_filtered_list_stays_where_the_next_one_moves_up(room: Room) -> None:
    said = await run(RoomServices(room, ListQuery(entry=1)), "f", "m")
    assert said[0] == "Filter: unplayed."
    assert said[-2:] == ["Marked played: One.", "1 of 4. Two. 3 minutes 20."]


async def test_queue_is_filled_gone_through_and_emptied(room: Room) -> None:
    assert await run(RoomServices(room), "e", "E", "2", "J", "x", "x") == [
        "Queued last: One.",
        "2 of 5. Two. 3 minutes 20.",
        "Queued next: Two.",
        "3 of 5. Three. 5 minutes.",
        "Queue, 2 episodes.",
        "1 of 2. Two. 3 minutes 20.",
        "2 of 2. Two. 3 minutes 20.",
        "Removed: Two.",
        "1 of 1. One. 1 minute 40.",
        "Removed: One.",
        "The queue is empty. Press e on an episode to add it, capital E to play it next.",
    ]


async def test_list_of_ones_own_is_made_ordered_and_removed(room: Room) -> None:
    services = RoomServices(room)
    made, opened = ("A", "Mine", "j", "A", "Mine"), ("\t", "g", "j", "j", "\r")
    said = await run(services, *made, *opened, "J", "x", "P", "name=Ours", "\t", "x")
    assert "1 episode put on “Mine”." in said
    assert "Mine, 2 episodes, your order." in said
    assert [line for line in said if "Removed" in line or "List “" in line] == [
        "Removed: One.", "List “Ours” changed.", "List “Ours” removed."
    ]  # fmt: skip
    assert len(room.controller.lists) == 0


async def test_what_is_listed_becomes_a_rule_and_a_bad_name_is_refused(room: Room) -> None:
    said = await run(RoomServices(room, ListQuery(entry=1)), "f", "A", "rule Basics", "A", "rule Rest", "A", "Rest")
    assert "There is a topic “Basics” already; choose another name." in said
    assert said[-1].startswith("“Rest” is a list by a rule")
    made = room.controller.lists.named("Rest")
    assert made is not None
    assert (made.topics, made.status) == (("Basics",), "unplayed")


async def test_queue_entry_gone_from_the_library_can_be_removed() -> None:
    room = make_room(queue=Queue(("gone", "one")))
    said = await run(RoomServices(room, ListQuery(entry=SmartList.QUEUE)), "g", "x")
    assert said[0] == "1 of 2. gone, which is no longer in the library."
    assert room.controller.queue.entries == ("one",)


async def test_session_is_planned_and_begun(room: Room) -> None:
    said = await run(RoomServices(room), "S", "5m", "")
    assert re.fullmatch(r"2 episodes, 5 minutes 10, until \d\d:\d\d\.", said[1])
    assert said[2:5] == ["Five. 10 seconds.", "Three. 5 minutes.", "Press enter to start, or type no:"]
    assert room.controller.session is not None
    assert room.status is PlayerStatus.PLAYING


async def test_session_is_ended_while_what_plays_goes_on(room: Room) -> None:
    said = await run(RoomServices(room), "S", "5m", "", "\x18", "\x18")
    assert said[-2].startswith("Session ended; playback continues.")
    assert said[-1].startswith("No session is in progress.")
    assert (room.controller.session, room.status) == (None, PlayerStatus.PLAYING)


@pytest.mark.parametrize(
    ("answers", "said"), [(("soon",), "is no time"), (("5m", "no"), "No session."), (("",), "No session.")]
)
async def test_session_not_wanted_or_without_a_time_is_none(room: Room, answers: Sequence[str], said: str) -> None:
    assert said in (await run(RoomServices(room), "S", *answers))[-1]
    assert room.controller.session is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("15", "Sleep in 15 minutes of listening."),
        ("e", "Sleep after 1 episode."),
        ("0", "No sleep timer."),
    ],
)
async def test_sleep_timer_is_asked_for(room: Room, answer: str, said: str) -> None:
    assert (await run(RoomServices(room), "z", answer))[-1] == said


async def test_sleep_timer_to_the_end_of_the_chapter_is_offered_where_there_are_chapters(room: Room) -> None:
    room.sources.found["three"] = Source("/three.mp3")
    room.play("three")
    room.controller.handle(ChaptersKnown(room.controller.playback.load, (Chapter(0.0, "One"),), ChapterOrigin.FILE))
    said = await run(RoomServices(room), "z", "c")
    assert "c for the end of this chapter, or e for the end of this episode" in said[-2]
    assert said[-1] == "Sleep after 1 chapter."


@pytest.mark.parametrize(
    ("answer", "said", "left"),
    [
        ("", "Sleep in 20 minutes of listening.", 1200.0),
        ("0", "No sleep timer.", None),
        ("e", "Sleep after 1 episode.", None),
    ],
)
async def test_running_sleep_timer_is_told_and_changed(room: Room, answer: str, said: str, left: float | None) -> None:
    told = await run(RoomServices(room), "z", "15", "z", answer)
    assert told[-3:-1] == [
        "Sleep in 15 minutes of listening.",
        "Press enter for more, or type 0 for none, or another time:",
    ]
    assert told[-1] == said
    assert (room.controller.sleep.seconds if room.controller.sleep else None) == left


@pytest.mark.parametrize(
    ("answer", "said"),
    [("2", "Sound device: Headset."), ("3", "No such number: 1 to 2."), ("", "The sound device stays.")],
)
async def test_sound_device_is_chosen_by_its_number(room: Room, answer: str, said: str) -> None:
    told = await run(RoomServices(room), "D", answer)
    assert "2: Headset." in told
    assert told[-1] == said
    assert (("device", "pulse/headset") in room.player.calls) == (answer == "2")
