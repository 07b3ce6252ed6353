"""Commands of the plain program that move, search the list and read things out."""

from __future__ import annotations

import re
from pathlib import Path

from tests.plain.test_program import RoomServices, run, typing
from tests.rooms import Room, make_room
from tui_pod.config.reader import parse_config
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.selection.list_query import ListQuery


async def test_moves_say_the_entry(room: Room) -> None:
    assert await run(RoomServices(room), "j", "down", "k", "G", "j", "g") == [
        "2 of 5. Two. 3 minutes 20.",
        "3 of 5. Three. 5 minutes.",
        "2 of 5. Two. 3 minutes 20.",
        "5 of 5. Five. 10 seconds.",
        "5 of 5. Five. 10 seconds.",
        "1 of 5. One. 1 minute 40.",
    ]


async def test_topics_are_gone_through_and_opened(room: Room) -> None:
    said = await run(RoomServices(room), "tab", "j", "", "tab", "h", "g")
    assert said == [
        "Topics. 4 of 7. Basics, 5 episodes, level 2.",
        "5 of 7. Numbers, 2 episodes, level 3.",
        "Numbers, 2 episodes, newest first.",
        "1 of 2. One. 1 minute 40.",
        "Topics. 5 of 7. Numbers, 2 episodes, level 3.",
        "4 of 7. Basics, 5 episodes, level 2.",
        "1 of 7. Continue, 0 episodes.",
    ]


async def test_library_after_the_queue_is_the_topic_from_before(room: Room) -> None:
    assert await run(RoomServices(room, ListQuery(entry=2)), "2", "1") == [
        "Queue, 0 episodes.",
        "The queue is empty. Press e on an episode to add it, capital E to play it next.",
        "Numbers, 2 episodes, newest first.",
        "1 of 2. One. 1 minute 40.",
    ]


async def test_search_narrows_and_escape_shows_all_again(room: Room) -> None:
    said = await run(RoomServices(room), "/third", "escape", "/", "short", "n")
    assert said == [
        "Search in title, summary or topic:",
        "Basics, 1 episode, newest first, with third.",
        "1 of 1. Three. 5 minutes.",
        "Basics, 5 episodes, newest first.",
        "3 of 5. Three. 5 minutes.",
        "Search in title, summary or topic:",
        "Basics, 1 episode, newest first, with short.",
        "1 of 1. Five. 10 seconds.",
        "1 of 1. Five. 10 seconds.",
    ]


async def test_search_for_nothing_there_says_what_to_do(room: Room) -> None:
    assert (await run(RoomServices(room), "/zebra", ""))[
        -1
    ] == "Nothing here matches. control f searches everywhere, escape clears."


async def test_details_say_all_about_the_episode(room: Room) -> None:
    assert await run(RoomServices(room), "i") == [
        "One. 1 minute 40.",
        "The first of five.",
        "Topics: Numbers.",
        "Published 05 February 2026.",
        "Id: one",
    ]


async def test_statistics_are_said(room: Room) -> None:
    services = RoomServices(room)
    async with typing(services) as typist:
        await typist.type("3", until_said="In total: 0 seconds.")


def recorded() -> RoomServices:
    """Return services with one episode, which has a recording."""
    return RoomServices(make_room([Episode("talk", "Talk", audio="/talk.mp3", tags=("Basics",))]))


async def test_words_recognised_by_machine_are_read_with_that_said(room: Room) -> None:
    services = RoomServices(room)
    services.reader.default = Transcript((Cue("It rained.", 0.0, 2.0),), "recognised by machine")
    async with typing(services) as typist:
        await typist.type("t", until_said="Recognised by machine.\nIt rained.")


async def test_missing_words_are_recognised_after_a_yes_alone() -> None:
    services = recorded()
    asked = services.asked_recognition.asked
    async with typing(services) as typist:
        await typist.type("t", until_said="no transcript. Type yes to have them recognised.")
        await typist.type("no", "t", until_said="Type yes")
        assert asked == []
        await typist.type("yes", "j", until_said="1 of 1")
        assert asked == [("request", "talk")]


async def test_words_are_read_as_they_grow_and_stopped_by_a_key() -> None:
    services = recorded()
    services.asked_recognition.labels["talk"] = "recognised by machine · 2 %"
    async with typing(services) as typist:
        await typist.type("t", until_said="Recognised by machine, 2 %. Press t to read on, x to stop recognition.")
        services.reader.default = Transcript((Cue("It rained.", 0.0, 2.0),), is_partial=True)
        await typist.type("t", until_said="It rained.\nRecognised")
        services.reader.default = Transcript(
            (Cue("It rained.", 0.0, 2.0), Cue("We stayed in.", 3.0, 4.0)), is_partial=True
        )
        await typist.type("t", until_said="We stayed in.\nRecognised")
        await typist.type("x", "j", until_said="1 of 1")
        assert services.asked_recognition.asked == [("remove", "talk")]


async def test_recognising_is_paused_by_a_key_of_the_keymap(room: Room) -> None:
    services = RoomServices(room)
    settings, _ = parse_config('[keys]\n"transcribe.pause" = "X"\n', Path("c"))
    services.first = services.first._replace(settings=settings)
    await run(services, "X")
    assert services.asked_recognition.asked == [("toggle_pause",)]


async def test_transcript_is_read_a_part_at_a_time(room: Room) -> None:
    services = RoomServices(room)
    services.reader.default = Transcript(tuple(Cue(f"Sentence {number}.") for number in range(1, 31)))
    async with typing(services) as typist:
        await typist.type("t", until_said="10 sentences more. Press t to read on.")
        await typist.type("t", until_said="End of the transcript.")
    assert re.findall(r"Sentence (\d+)\.", typist.said) == [str(number) for number in range(1, 31)]


async def test_transcript_of_what_plays_is_read_unless_the_listener_moved_to_another_episode(room: Room) -> None:
    services = RoomServices(room)
    services.reader.default = Transcript((Cue("A sentence."),))
    async with typing(services) as typist:
        await typist.type("", until_said="One")
        await typist.type("m")
        await typist.type("t", until_said="A sentence.")
        assert "which is not playing" not in typist.said
        await typist.type("j")
        await typist.type("t", until_said="Three, which is not playing.")
