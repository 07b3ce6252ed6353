"""Commands of the plain program that move, search the list and read things out."""

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.core.library.test_recap import VOYAGE, spoken
from tests.fakes import START
from tests.plain.test_program import RoomServices, run, typing, until
from tests.rooms import Room, make_room
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.player.events import ChaptersKnown, PassagesKnown
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Source
from tui_pod.core.progress.history import Day, heard_days
from tui_pod.core.progress.passages import Passage
from tui_pod.core.progress.records import HeardRecord
from tui_pod.core.progress.statistics import Statistics, compute_statistics
from tui_pod.core.selection.list_query import ListQuery


async def test_moves_say_the_entry_and_details_all_about_it(room: Room) -> None:
    assert await run(RoomServices(room), "j", "down", "k", "G", "j", "g", "i") == [
        "2 of 5. Two. 3 minutes 20.",
        "3 of 5. Three. 5 minutes.",
        "2 of 5. Two. 3 minutes 20.",
        "5 of 5. Five. 10 seconds.",
        "5 of 5. Five. 10 seconds.",
        "1 of 5. One. 1 minute 40.",
        "One. 1 minute 40.",
        "The first of five.",
        "Topics: Numbers.",
        "Published 05 February 2026.",
        "Id: one",
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


async def test_left_goes_up_to_the_top_and_right_back_to_the_list(room: Room) -> None:
    assert await run(RoomServices(room), "h", "h", "h", "k", "k", "h", "l", "tab", "shift+tab") == [
        "Topics. 4 of 7. Basics, 5 episodes, level 2.",
        "3 of 7. All Topics, 29 episodes, level 1.",
        "3 of 7. All Topics, 29 episodes, level 1.",
        "2 of 7. Queue, 0 episodes.",
        "1 of 7. Continue, 0 episodes.",
        "1 of 7. Continue, 0 episodes.",
        "Basics, 5 episodes, newest first.",
        "1 of 5. One. 1 minute 40.",
        "Topics. 4 of 7. Basics, 5 episodes, level 2.",
        "Basics, 5 episodes, newest first.",
        "1 of 5. One. 1 minute 40.",
    ]


async def test_topic_is_opened_without_the_search(room: Room) -> None:
    said = await run(RoomServices(room), "/third", "tab", "")
    assert said[-2:] == ["Basics, 5 episodes, newest first.", "1 of 5. One. 1 minute 40."]


async def test_pages_stop_at_the_last_topic(room: Room) -> None:
    said = await run(RoomServices(room), "tab", "G", "j", "pageup")
    assert said[1:] == [*["7 of 7. Series, 1 episode, level 2."] * 2, "1 of 7. Continue, 0 episodes."]


async def test_filter_and_order_keep_the_episode(room: Room) -> None:
    assert await run(RoomServices(room), "j", "f", "f", "f", "f", "s") == [
        "2 of 5. Two. 3 minutes 20.",
        "Filter: unplayed.",
        "Basics, 5 episodes, newest first, unplayed only.",
        "2 of 5. Two. 3 minutes 20.",
        "Filter: started.",
        "Basics, 0 episodes, newest first, started only.",
        "No started episodes here. Press f for the next filter.",
        "Filter: played.",
        "Basics, 0 episodes, newest first, played only.",
        "No played episodes here. Press f for the next filter.",
        "Filter: all.",
        "Basics, 5 episodes, newest first.",
        "1 of 5. One. 1 minute 40.",
        "Order: course order.",
        "Basics, 5 episodes, course order.",
        "5 of 5. One. 1 minute 40.",
    ]


async def test_matches_are_gone_through_from_either_end(room: Room) -> None:
    assert (await run(RoomServices(room), "/o", "N", "n", "n", "escape", "escape"))[2:] == [
        "1 of 5. One. 1 minute 40.",
        "5 of 5. Five. 10 seconds.",
        "1 of 5. One. 1 minute 40.",
        "2 of 5. Two. 3 minutes 20.",
        "Basics, 5 episodes, newest first.",
        "2 of 5. Two. 3 minutes 20.",
        "2 of 5. Two. 3 minutes 20.",
    ]
    assert (await run(RoomServices(room, ListQuery(entry=1, query=" ")), "n"))[-1].startswith("No search yet")


async def test_playing_episode_is_said_with_the_next_and_gone_to(room: Room) -> None:
    assert await run(RoomServices(room), "c", "", "j", "tab", "c", "j") == [
        "Nothing is playing.",
        "Playing: One. 1 minute 40.",
        "2 of 5. Two. 3 minutes 20.",
        "Topics. 4 of 7. Basics, 5 episodes, level 2.",
        "Playing: One. 0 seconds of 1 minute 40.",
        "Next: Two",
        "2 of 5. Two. 3 minutes 20.",
    ]


@pytest.mark.parametrize("keys", [("i",), ("t",), ("o",), ("ctrl+p", "Remove the recognised transcript")])
async def test_nothing_listed_has_no_details(room: Room, keys: Sequence[str]) -> None:
    said = await run(RoomServices(room), "/zebra", *keys)
    assert said[-1] == said[2] == "Nothing here matches. control f searches everywhere, escape clears."


async def test_chapters_are_said_and_one_is_played_from(room: Room) -> None:
    services = RoomServices(room)
    services.reader.all_chapters["one"] = (Chapter(0.0, "Hello"), Chapter(60.0))
    async with typing(services) as typist:
        await typist.type("o", until_said="Type a number")
        await typist.type("2", until_said="From 1 minute of 1 minute 40.")
        await typist.type("j", "o", until_said="No chapters: Two.")
    assert typist.lines[3:7] == [
        "2 chapters: One.",
        "Chapter 1, at 0 seconds: Hello.",
        "Chapter 2, at 1 minute: no title.",
        "Type a number to play from that chapter, or press enter to leave:",
    ]


async def test_chapters_are_said_by_ten(room: Room) -> None:
    services = RoomServices(room)
    services.reader.all_chapters["one"] = tuple(Chapter(float(number)) for number in range(12))
    async with typing(services) as typist:
        await typist.type("o", until_said="Type a number to play from that chapter, more, or press enter to leave:")
        assert "Chapter 10, at 9 seconds: no title." in typist.lines
        assert "Chapter 11, at 10 seconds: no title." not in typist.lines
        await typist.type("more", until_said="Chapter 12, at 11 seconds: no title.")
        await typist.type("more", until_said="No such number: 1 to 12.")


async def test_chapters_of_what_plays_are_those_of_the_player(room: Room) -> None:
    room.sources.found["three"] = Source("/three.mp3")
    services = RoomServices(room)
    services.reader.default_chapters = (Chapter(0.0, "In the feed"),)
    async with typing(services) as typist:
        await typist.type("j", "j", "", until_said="Playing: Three")
        chapters = (Chapter(0.0, "In the file"),)
        room.controller.handle(ChaptersKnown(room.controller.playback.load, chapters, ChapterOrigin.FILE))
        await typist.type("o", until_said="1 chapter: Three.\nChapter 1, at 0 seconds: In the file.")
        await typist.type("", "k", "o", until_said="1 chapter: Two.\nChapter 1, at 0 seconds: In the feed.")


async def test_what_was_heard_before_is_said_and_skipped(room: Room) -> None:
    services = RoomServices(room)
    async with typing(services) as typist:
        services.passages.marks["one"] = (Passage(5.0, 37.0, 4),)
        await typist.type("i", until_said="At 5 seconds: 32 seconds heard 4 times.")
        await typist.type("", until_said="Playing: One")
        passages = (Passage(0.0, 32.0, 4), Passage(50.0, 60.0, 1, is_skipped=True))
        room.controller.handle(PassagesKnown(room.controller.playback.load, "one", passages))
        await typist.type("X", until_said="Skipped 32 seconds, heard 4 times.")
        room.player.play(20.0)
        assert typist.lines[-1] == "Skipped 10 seconds, heard once. Press u to undo."


async def test_transcript_of_what_plays_is_moved_by_half_a_second(room: Room) -> None:
    later, earlier = (f"Transcript {way} by half a second" for way in ("later", "earlier"))
    said = await run(RoomServices(room), "ctrl+p", later, "", "ctrl+p", later, "ctrl+p", later, "ctrl+p", earlier)
    assert [line for line in said if line.startswith(("Nothing", "Transcript"))] == [
        "Nothing is playing.", "Transcript: 0.5 s later.", "Transcript: 1 s later.", "Transcript: 0.5 s later."
    ]  # fmt: skip


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


async def test_statistics_are_said(room: Room) -> None:
    services = RoomServices(room)
    async with typing(services) as typist:
        await typist.type("3", until_said="Listened today: 0 seconds.\nFinished: 0 episodes.")


async def test_history_is_said_by_day_with_numbers_that_play(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    services = RoomServices(room)
    records = [HeardRecord(f"r-{row}", ident, START + timedelta(hours=row), 0, 60.0, 60.0)
               for row, ident in enumerate(("one", "gone", "two"))]  # fmt: skip

    async def past() -> tuple[Statistics, list[Day]]:
        return compute_statistics([], room.library), heard_days(records, ())

    async with typing(services) as typist:
        await typist.type("ctrl+p", "what was played day by day", until_said="Nothing was played yet.")
        monkeypatch.setattr(services, "compute_statistics", past)
        asked = "The number of what to play again, or enter to leave:"
        await typist.type("ctrl+p", "what was played day by day", until_said=asked)
        assert "1. Two. Numbers. " in typist.said
        await typist.type("2", until_said="That episode is no longer in the library.")
        await typist.type("ctrl+p", "what was played day by day", until_said=asked)
        await typist.type("3", until_said="One")
        assert room.controller.playback.episode == "one"


def recorded() -> RoomServices:
    """Return services with one episode, which has a recording."""
    return RoomServices(make_room([Episode("talk", "Talk", audio="/talk.mp3", tags=("Basics",))]))


@pytest.mark.parametrize(
    ("transcript", "said"),
    [
        (Transcript((), "recognised by machine"), "Recognised by machine.\nNo speech was recognised.\n"),
        (Transcript(), "This episode has no transcript.\n"),
        (
            Transcript((Cue("It rained.", 0.0, 2.0),), "recognised by machine"),
            "Recognised by machine.\nIt rained.\nEnd of the transcript.\n",
        ),
    ],
)
async def test_transcript_says_who_made_it_and_what_is_missing(room: Room, transcript: Transcript, said: str) -> None:
    services = RoomServices(room)
    services.reader.default = transcript
    async with typing(services) as typist:
        greeting = len(typist.said)
        await typist.type("t", until_said=said)
        await typist.type("j", until_said="2 of 5")
    assert typist.said[greeting:] == f"{said}2 of 5. Two. 3 minutes 20.\n"


async def test_transcript_of_what_plays_is_read_from_the_sentence_being_spoken(room: Room) -> None:
    services = RoomServices(room)
    services.reader.default = Transcript(tuple(Cue(f"Sentence {n}.", n * 10.0, n * 10.0 + 9.0) for n in range(10)))
    async with typing(services) as typist:
        await typist.type("", ".", until_said="At 30 seconds")
        await typist.type("t", until_said="Sentence 3.\nSentence 4.")
        await typist.type("t", until_said="Sentence 3.")
    assert "Sentence 2." not in typist.said


async def test_stopping_where_nothing_is_recognised_says_what_removes_the_transcript() -> None:
    services = recorded()
    services.reader.default = Transcript((Cue("It rained."),))
    async with typing(services) as typist:
        await typist.type("t", until_said="End of the transcript.")
        await typist.type("x", until_said="No recognition is under way here; the palette removes its transcript.")
        assert services.asked_recognition.asked == []
        await typist.type("ctrl+p", "Remove the recognised transcript")
        await until(lambda: services.asked_recognition.asked == [("remove", "talk")])


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
    services = RoomServices(room, config='[keys]\n"transcribe.pause" = "Y"\n')
    await run(services, "Y")
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


async def test_topics_are_narrowed_to_names_with_all_words_until_escape(room: Room) -> None:
    assert await run(RoomServices(room), "F", "x", "F", "NUM", "j", "h", "escape", "F", "num", "", "tab", "g") == [
        "Names of topics and podcasts:",
        "No topic or podcast is called that.",
        "Names of topics and podcasts:",
        "1 of 1. Numbers, 2 episodes, level 3.",
        "1 of 1. Numbers, 2 episodes, level 3.",
        "2 of 2. Basics, 5 episodes, level 2.",
        "All topics. 4 of 7. Basics, 5 episodes, level 2.",
        "Names of topics and podcasts:",
        "1 of 1. Numbers, 2 episodes, level 3.",
        "Numbers, 2 episodes, newest first.",
        "1 of 2. One. 1 minute 40.",
        "Topics. 5 of 7. Numbers, 2 episodes, level 3.",
        "1 of 7. Continue, 0 episodes.",
    ]


async def test_story_so_far_is_said_and_a_sentence_of_it_played(room: Room) -> None:
    services = RoomServices(room)
    services.transcripts["one"] = spoken(VOYAGE)
    room.play("one", 90.0)
    async with typing(services) as typist:
        await typist.type("i", until_said="Named so far: Peter, Anna, Skagen, Mr. Lund and Mrs. Lund.")
        await typist.type("ctrl+p", "so far", until_said="Type a number to play that sentence")
        await typist.type("1")
        await until(lambda: services.excerpts == [("one", 0.0, 10.0)])
    assert f"1: Peter. {VOYAGE[0]}" in typist.lines


async def test_list_is_sampled_in_lines_and_its_keys_decide(room: Room) -> None:
    services = RoomServices(room)
    async with typing(services) as typist:
        await typist.type("ctrl+g", until_said="1 of 5: One")
        await until(lambda: len(services.excerpts) == 1)
        await typist.type("e", until_said="2 of 5: Two")
        await until(lambda: len(services.excerpts) > 2)
        await typist.type("x", until_said="3 of 5: Three")
        await typist.type("ctrl+g", until_said="1 queued, 1 dismissed")
        await typist.type("u", until_said="Undid: ")
    assert room.upcoming == ()
    assert "“One” queued." in typist.lines
