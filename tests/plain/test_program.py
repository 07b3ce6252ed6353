"""The plain program: what it says over fakes, and the whole of it over pipes and a terminal with the real player."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
import wave
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TextIO

import pytest

from tests.fakes import START, FakeRecognition
from tests.indexed import indexed_search
from tests.rooms import Room, make_room
from tests.test_imports import COSTLY, RUN_COMMAND
from tui_pod.config.reader import parse_config
from tui_pod.config.settings import RecallSettings, Settings
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.ports import Ports
from tui_pod.core.player.snapshot import Chapter, PlayerStatus
from tui_pod.core.progress.bookmarks import Stretch
from tui_pod.core.progress.cards import Kept
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.statistics import Statistics, compute_statistics
from tui_pod.core.selection.list_query import ListQuery, SmartList
from tui_pod.core.selection.queue import Queue
from tui_pod.plain.keyboard import Keyboard, line_keys
from tui_pod.plain.program import PlainProgram
from tui_pod.services.search import SearchService
from tui_pod.services.services import Services
from tui_pod.state.store import StateFile

ROOT = Path(__file__).parents[2]

BASIC = ListQuery(entry=1)
"""The topic of one, two, three, four and five."""


SHIPS = Transcript((Cue("A lighthouse stands there.", 30.0, 36.0), Cue("Nobody keeps it.", 40.0, 44.0)))


class RoomServices(Services):
    """Services over fakes."""

    def __init__(self, room: Room, query: ListQuery = BASIC) -> None:
        super().__init__(room.library, room.progress_index, room.controller.queue, room.controller.playback, query)
        self.room = room
        self.transcript = Transcript()
        self.asked_recognition = FakeRecognition()
        self.excerpts: list[object] = []

    @property
    def recognition(self) -> FakeRecognition:
        return self.asked_recognition

    @cached_property
    def controller(self) -> PlaybackController:
        room = self.room
        ports = Ports(room.player, room.sources, room.writer, self.frontend, room.clock, "run")
        controller = PlaybackController(
            room.library,
            room.progress_index,
            ports,
            queue=room.controller.queue,
            playback=room.controller.playback,
            kept=Kept(tuple(room.controller.bookmarks)),
        )
        for fake in (room.player, room.sources, room.writer):
            fake.emit = controller.handle
        room.controller = controller
        return controller

    @cached_property
    def search(self) -> SearchService:
        return indexed_search(self, self.library, {"three": SHIPS})

    async def read_transcript(self, episode: object) -> Transcript:
        return self.transcript

    async def read_notes(self, episode: Episode) -> EpisodeNotes:
        return EpisodeNotes()

    async def read_chapters(self, episode: Episode) -> tuple[Chapter, ...]:
        return ()

    async def play_excerpt(self, episode: Episode, start: float, end: float) -> None:
        self.excerpts.append((episode.id, start, end))

    def stop_excerpt(self) -> None:
        self.excerpts.append("silence")

    async def compute_statistics(self) -> Statistics:
        return compute_statistics([], self.library)


def make_program(services: RoomServices, descriptor: int, output: TextIO) -> PlainProgram:
    """Return the program over services that tell it everything."""
    services.frontend = program = PlainProgram(services, descriptor, output)
    return program


class Typist:
    """Types lines into a running plain program, and listens."""

    def __init__(self, descriptor: int, output: io.StringIO) -> None:
        self._descriptor = descriptor
        self._output = output

    @property
    def said(self) -> str:
        """All that the program has said."""
        return self._output.getvalue()

    @property
    def lines(self) -> list[str]:
        """The same, line by line."""
        return self.said.splitlines()

    async def type(self, *lines: str, until_said: str = "") -> None:
        """Type lines, and wait until something is said to them."""
        former = len(self.said)
        os.write(self._descriptor, "".join(f"{line}\n" for line in lines).encode())
        await until(lambda: until_said in self.said[former:])


@contextlib.asynccontextmanager
async def typing(services: RoomServices) -> AsyncGenerator[Typist, None]:
    """Run the plain program; no more lines follow those typed in the block."""
    reading, writing = os.pipe()
    output = io.StringIO()
    running = asyncio.create_task(make_program(services, reading, output).run_on_loop())
    yield Typist(writing, output)
    os.close(writing)
    async with asyncio.timeout(10):
        await running
    os.close(reading)


async def run(services: RoomServices, *lines: str) -> list[str]:
    """Type lines into the plain program until they end; return what it said after its greeting."""
    async with typing(services) as typist:
        await typist.type(*lines)
    return typist.lines[3:]


# -- what it says ------------------------------------------------------------------------------------------


async def test_start_says_what_there_is_and_where_one_is(room: Room) -> None:
    output = io.StringIO()
    program = make_program(RoomServices(room), os.open(os.devnull, os.O_RDONLY), output)
    await program.run_on_loop()
    first, listed, here = output.getvalue().splitlines()
    assert re.fullmatch(r"tui-pod\. \d+ episodes, 0 played\. Press question mark for help\.", first)
    assert (listed, here) == ("Basics, 5 episodes, newest first.", "1 of 5. One. 1 minute 40.")


async def test_moves_say_the_entry(room: Room) -> None:
    assert await run(RoomServices(room), "j", "down", "k", "G", "j", "g") == [
        "2 of 5. Two. 3 minutes 20.",
        "3 of 5. Three. 5 minutes.",
        "2 of 5. Two. 3 minutes 20.",
        "5 of 5. Five. 10 seconds.",
        "5 of 5. Five. 10 seconds.",
        "1 of 5. One. 1 minute 40.",
    ]


async def test_episode_says_how_far_one_is_with_it() -> None:
    room = make_room(progress={"one": Progress(START, 42.0), "two": Progress(START, played=True)})
    assert (await run(RoomServices(room), "g", "j", "G", "k"))[:2] == [
        "1 of 5. One. Started, 42 seconds of 1 minute 40.",
        "2 of 5. Two. Played, 3 minutes 20.",
    ]


async def test_enter_plays_and_space_pauses_and_goes_on(room: Room) -> None:
    assert await run(RoomServices(room), "", " ", "space") == [
        "Playing: One. 1 minute 40.",
        "Paused, 0 seconds of 1 minute 40.",
        "Playing, 0 seconds of 1 minute 40.",
    ]
    assert room.playing == "one"


async def test_space_with_nothing_loaded_plays_what_it_is_at(room: Room) -> None:
    assert (await run(RoomServices(room), "j", " "))[1] == "Playing: Two. 3 minutes 20."


async def test_end_of_an_episode_says_the_next(room: Room) -> None:
    services = RoomServices(room)
    async with typing(services) as typist:
        await typist.type("")
        await until(lambda: room.status is PlayerStatus.PLAYING)
        room.player.play(100)
    assert typist.lines[-1] == "Playing: Two. 3 minutes 20."
    assert room.progress("one").played


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
        "The queue is empty. Press e on an episode to add it, capital E to hear it next.",
    ]


async def test_queue_entry_gone_from_the_library_can_be_removed() -> None:
    room = make_room(queue=Queue(("gone", "one")))
    said = await run(RoomServices(room, ListQuery(entry=SmartList.QUEUE)), "g", "x")
    assert said[0] == "1 of 2. gone, which is gone from the library."
    assert room.controller.queue.entries == ("one",)


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
        "The queue is empty. Press e on an episode to add it, capital E to hear it next.",
        "Numbers, 2 episodes, newest first.",
        "1 of 2. One. 1 minute 40.",
    ]


async def test_notices_name_the_keys_of_a_keymap_as_a_voice_reads_them(room: Room) -> None:
    services = RoomServices(room)
    services.settings, _ = parse_config(
        '[keys]\n"app.help" = "F1"\n"search.start" = "S"\n"session.plan" = "Z"\n', Path("c")
    )
    said = await run(services, "$", "n")
    assert said[:2] == [
        "That key does nothing. Press f1 for help.",
        "No search yet: press capital S and type a word.",
    ]


async def test_search_narrows_and_escape_shows_all_again(room: Room) -> None:
    said = await run(RoomServices(room), "/third", "escape", "/", "short", "n")
    assert said == [
        "Search for words in title, summary or topic:",
        "Basics, 1 episode, newest first, with third.",
        "1 of 1. Three. 5 minutes.",
        "Basics, 5 episodes, newest first.",
        "3 of 5. Three. 5 minutes.",
        "Search for words in title, summary or topic:",
        "Basics, 1 episode, newest first, with short.",
        "1 of 1. Five. 10 seconds.",
        "1 of 1. Five. 10 seconds.",
    ]


async def test_search_everywhere_goes_through_what_was_found(room: Room) -> None:
    async with typing(RoomServices(room)) as typist:
        await typist.type("ctrl+f", "lighthouse", "", "e", "b", until_said="Kept")
    assert typist.lines[4:] == [
        "Found in 1 episode.",
        "1 of 1. Three. In its words, at 30 seconds. A lighthouse stands there.",
        "Queued: Three.",
        "Playing: Three. From 30 seconds of 5 minutes.",
        "Kept “A lighthouse stands there.”. Press b again for a note.",
    ]


async def test_match_kept_again_asks_for_a_note_as_it_was_said(room: Room) -> None:
    services = RoomServices(room)
    async with typing(services) as typist:
        await typist.type("ctrl+f", "lighthouse", "b", until_said="again for a note")
        await typist.type("b", until_said="A note on the bookmark")
        await typist.type("Mine.", until_said="Noted.")
    assert [each.note for each in room.controller.bookmarks] == ["Mine."]


async def test_search_for_nothing_there_says_what_to_do(room: Room) -> None:
    assert (await run(RoomServices(room), "/zebra", ""))[
        -1
    ] == "Nothing here matches. control f searches everywhere, escape clears."


async def test_session_is_planned_and_begun(room: Room) -> None:
    said = await run(RoomServices(room), "S", "5m", "")
    assert re.fullmatch(r"2 episodes, 5 minutes 10, until \d\d:\d\d\.", said[1])
    assert said[2:5] == ["Five. 10 seconds.", "Three. 5 minutes.", "Press enter to start, or type no:"]
    assert room.controller.session is not None
    assert room.status is PlayerStatus.PLAYING


async def test_session_is_ended_while_what_plays_goes_on(room: Room) -> None:
    said = await run(RoomServices(room), "S", "5m", "", "\x18", "\x18")
    assert said[-2].startswith("The session is ended; what plays goes on.")
    assert said[-1].startswith("No session is under way.")
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


async def test_details_say_all_about_the_episode(room: Room) -> None:
    assert await run(RoomServices(room), "i") == [
        "One. 1 minute 40.",
        "The first of five.",
        "Topics: Numbers.",
        "Published 05 February 2026.",
        "Id: one",
    ]


async def test_help_says_every_key_that_works_here_by_name(room: Room) -> None:
    said = await run(RoomServices(room), "?")
    assert "space or p: Play or pause." in said
    assert "capital S: Plan a session." in said
    assert "question mark: Help." in said
    assert not [line for line in said if "palette" in line]


async def test_key_of_the_screen_alone_says_so(room: Room) -> None:
    assert await run(RoomServices(room), "ctrl+p", "Y") == [
        "Command palette: not in the plain program.",
        "That key does nothing. Press question mark for help.",
    ]


async def test_statistics_are_said(room: Room) -> None:
    services = RoomServices(room)
    async with typing(services) as typist:
        await typist.type("3", until_said="In all: 0 seconds.")


def recorded() -> RoomServices:
    """Return services with one episode, which has a recording."""
    return RoomServices(make_room([Episode("talk", "Talk", audio="/talk.mp3", tags=("Basics",))]))


async def test_words_recognised_by_machine_are_read_with_that_said(room: Room) -> None:
    services = RoomServices(room)
    services.transcript = Transcript((Cue("It rained.", 0.0, 2.0),), "recognised by machine")
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
        await typist.type("t", until_said="Recognised by machine, 2 %. t reads on, x stops that.")
        services.transcript = Transcript((Cue("It rained.", 0.0, 2.0),), is_partial=True)
        await typist.type("t", until_said="It rained.\nRecognised")
        services.transcript = Transcript((Cue("It rained.", 0.0, 2.0), Cue("We stayed in.", 3.0, 4.0)), is_partial=True)
        await typist.type("t", until_said="We stayed in.\nRecognised")
        await typist.type("x", "j", until_said="1 of 1")
        assert services.asked_recognition.asked == [("remove", "talk")]


async def test_recognising_is_paused_by_a_key(room: Room) -> None:
    services = RoomServices(room)
    await run(services, "X")
    assert services.asked_recognition.asked == [("toggle_pause",)]


async def test_transcript_is_read_a_part_at_a_time(room: Room) -> None:
    services = RoomServices(room)
    services.transcript = Transcript(tuple(Cue(f"Sentence {number}.") for number in range(1, 31)))
    async with typing(services) as typist:
        await typist.type("t", until_said="10 sentences more. Press t to read on.")
        await typist.type("t", until_said="End of the transcript.")
    assert re.findall(r"Sentence (\d+)\.", typist.said) == [str(number) for number in range(1, 31)]


async def test_bookmark_keeps_the_last_words_and_again_asks_for_a_note(room: Room) -> None:
    services = RoomServices(room)
    services.transcript = Transcript((Cue("Worth keeping.", 0.0, 9.0),))
    async with typing(services) as typist:
        await typist.type("b", "", "b")
        await until(lambda: len(room.controller.bookmarks) == 1)
        await typist.type("b", until_said="leaves it as it is")
        await typist.type("For later.", "u")
    said = typist.lines
    assert said[3] == "Nothing is playing: b keeps what was just said."
    assert said[-4:] == [
        "Kept “Worth keeping.”. Press b again for a note.",
        "A note on the bookmark; nothing leaves it as it is:",
        "Noted.",
        "Undid: edit of the bookmark at 0:00",
    ]
    assert [(each.text, each.note) for each in room.controller.bookmarks] == [("Worth keeping.", "")]


async def test_bookmarks_are_gone_through_played_grouped_and_removed(room: Room) -> None:
    for episode, start in (("two", 65.0), ("one", 30.0)):
        room.clock.go(60)
        stretch = Stretch(start, start + 5.0, f"Words at {start:g}")
        room.controller.bookmarks.keep(episode, episode.title(), stretch, "Mine.")
    assert await run(RoomServices(room), "4", "j", "y", "s", "x", "u", "enter", "1", "j") == [
        "2 bookmarks, by episode.",
        "1 of 2. One. At 30 seconds. Words at 30. Note: Mine.",
        "2 of 2. Two. At 1 minute 5. Words at 65. Note: Mine.",
        "By date.",
        "1 of 2. One. At 30 seconds. Words at 30. Note: Mine.",
        "1 bookmark removed. Press u to undo.",
        "1 of 1. Two. At 1 minute 5. Words at 65. Note: Mine.",
        "Undid: 1 bookmark removed",
        "Playing: One. From 30 seconds of 1 minute 40.",
        "Basics, 5 episodes, newest first.",
        "1 of 5. One. 1 minute 40.",
        "2 of 5. Two. 3 minutes 20.",
        "“Words at 65”",
        "Mine.",
        "— Two, 1:05",
    ]


async def test_planned_session_begins_with_what_is_due(room: Room) -> None:
    room.controller.bookmarks.keep("one", "One", Stretch(30.0, 35.0, "Words."), "Mine.")
    services = RoomServices(room)
    services.settings = Settings(recall=RecallSettings(enabled=True))
    async with typing(services) as typist:
        await typist.type("4", "m", until_said="from tomorrow on")
        room.clock.go(24 * 3600)
        await typist.type("S", "5m", "", until_said="for the answer")
        assert room.controller.session is None
        await typist.type("", "3", until_said="Playing")
    assert room.controller.session is not None


async def test_bookmark_is_recalled_in_lines(room: Room) -> None:
    room.controller.bookmarks.keep("one", "One", Stretch(30.0, 35.0, "Words."), "Mine.")
    services = RoomServices(room)
    async with typing(services) as typist:
        await typist.type("4", "m", "r", until_said="Nothing is due")
        room.clock.go(24 * 3600)
        await typist.type("r", until_said="for the answer")
        assert services.excerpts == [("one", 22.0, 30.0)]
        await typist.type("", "9", "3", until_said="That is all")
        assert services.excerpts[1:] == ["silence"]
    assert typist.lines[5:] == [
        "It will be asked from tomorrow on, after days and then months.",
        "Nothing is due to be recalled.",
        "1 question to recall.",
        "One · 0:30.",
        "Mine. Press enter for the answer:",
        "Words.",
        *["Type 1 for again, 2 for hard, 3 for good, 4 for easy, x to be asked no more; nothing ends it:"] * 2,
        "That is all for now.",
    ]
    assert [card.stability is not None for card in room.controller.bookmarks.cards] == [True]


async def test_no_bookmarks_say_how_to_keep_one_in_lines(room: Room) -> None:
    empty = "Nothing is kept yet. b keeps what was just said, with a note if you like."
    assert await run(RoomServices(room), "4", "x") == ["0 bookmarks, by episode.", empty, empty]


async def test_hostile_titles_are_one_clean_line_each(room: Room) -> None:
    said = await run(RoomServices(room, ListQuery(entry=0)), *("j" for _ in room.library.ids))
    assert len(said) == len(room.library)
    assert not [line for line in said if re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2500-\u259f]", line)]


async def test_save_that_fails_is_said_and_said_to_work_again(room: Room) -> None:
    output = io.StringIO()
    program = make_program(RoomServices(room), os.open(os.devnull, os.O_RDONLY), output)
    await program.run_on_loop()
    program.services.saving_changed("the disk is full")
    program.services.saving_changed(None)
    assert output.getvalue().splitlines()[-2:] == [
        "Error: Progress cannot be saved now: the disk is full. It is kept and tried again.",
        "Progress is saved again.",
    ]


# -- keys --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("", ["enter"]),
        (" ", ["space"]),
        ("j", ["j"]),
        ("jjk", ["j", "j", "k"]),
        ("tab", ["tab"]),
        ("Escape", ["escape"]),
        ("ctrl+r", ["ctrl+r"]),
        ("?", ["question_mark"]),
        ("S", ["S"]),
        ("{<", ["left_curly_bracket", "less_than_sign"]),
    ],
)
def test_line_means_a_key_by_name_or_each_of_its_characters(line: str, keys: list[str]) -> None:
    assert [key for key, _ in line_keys(line)] == keys


async def test_line_typed_ahead_keeps_what_was_erased_out(room: Room) -> None:
    assert (await run(RoomServices(room), "/", "thx\x7firx\x7fd\x7f\x7frd"))[-1] == "1 of 1. Three. 5 minutes."


async def keys_of(*parts: bytes, count: int) -> list[str]:
    """Return the keys that a terminal sends in these parts, once there are so many."""
    master, slave = pty.openpty()
    keys: list[str] = []
    keyboard = Keyboard(slave, keys.append, lambda: None)
    keyboard.start()
    for part in parts:
        keyboard.feed(part)
    await until(lambda: len(keys) >= count)
    keyboard.close()
    os.close(master)
    os.close(slave)
    return keys


@pytest.mark.parametrize(
    ("parts", "keys"),
    [
        ((b"\x1b[A", b"\x1b[B"), ["up", "down"]),
        ((b"\x1b", b"[", b"C"), ["right"]),
        ((b"\x1bOD",), ["left"]),
        ((b"\x1b[1;2C",), ["shift+right"]),
        ((b"\x1b[5~\x1b[6~\x1b[H\x1b[Z",), ["pageup", "pagedown", "home", "shift+tab"]),
        ((b"\r\t\x7f\x12",), ["enter", "tab", "backspace", "ctrl+r"]),
        ((b"\x1b",), ["escape"]),
        ((b"\x1bj",), ["escape", "j"]),
        ((b"\x1b[999;999x",), []),
        ((b"\xc3", b"\xa9"), ["é"]),
        ((b"\xff\x00j",), ["j"]),
    ],
)
async def test_sequence_of_a_terminal_is_a_key(parts: tuple[bytes, ...], keys: list[str]) -> None:
    assert await keys_of(*parts, count=len(keys)) == keys


# -- the whole program -------------------------------------------------------------------------------------


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until something is so."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # nothing tells when
            await asyncio.sleep(0)


@pytest.fixture
def catalog(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of two recordings of a minute of silence, and a runtime folder."""
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    with wave.open(str(home / "silence.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(b"\0\0" * 8_000 * 60)
    path = home / "catalog.toml"
    entries = [f'[[episodes]]\nid = "{name}"\ntitle = "{name.title()}"\naudio = "silence.wav"\nduration = 60\n'
               for name in ("first", "second")]  # fmt: skip
    path.write_text("version = 1\n" + "".join(entries))
    return path


def command(catalog: Path, *more: str) -> list[str]:
    """Return the command that starts the program on a catalogue."""
    state = str(catalog.parent / "state.toml")
    return [sys.executable, "-m", "tui_pod", *more, "--catalog", str(catalog), "--state", state, "--ao", "null"]


def saved(catalog: Path, episode: str) -> float:
    """Return the position that the state file and its journal hold of an episode."""
    return StateFile(catalog.parent / "state.toml").load().progress[episode].position


class Terminal:
    """The plain program in a terminal that cannot move its cursor."""

    def __init__(self, catalog: Path) -> None:
        self.master, slave = pty.openpty()
        self.modes = termios.tcgetattr(slave)
        self.program = subprocess.Popen(
            command(catalog, "--plain"), stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={**os.environ, "TERM": "dumb"},
        )  # fmt: skip
        self.slave = slave
        self.seen = self.said = ""

    def send(self, keys: str) -> None:
        """Press keys."""
        os.write(self.master, keys.encode())

    def wait(self, text: str, limit: float = 30.0) -> None:
        """Wait until a text has been said after what was waited for before."""
        end = time.monotonic() + limit
        while text not in self.seen:
            if not select.select([self.master], [], [], max(0.0, end - time.monotonic()))[0]:
                raise AssertionError(f"{text!r} was never said, but: {self.seen!r}")
            try:
                part = os.read(self.master, 65_536)
            except OSError:
                raise AssertionError(f"it ended before {text!r}: {self.seen!r}") from None
            assert b"\x1b" not in part
            self.seen += part.decode()
            self.said += part.decode()
        self.seen = self.seen.partition(text)[2]

    def end(self, limit: float = 10.0) -> int:
        """Wait for the end of the program; return its exit status."""
        with contextlib.suppress(OSError):
            while select.select([self.master], [], [], 0)[0] and os.read(self.master, 65_536):
                pass
        return self.program.wait(limit)


@pytest.fixture
def terminal(catalog: Path) -> Iterator[Terminal]:
    """The program, greeted."""
    opened = Terminal(catalog)
    yield opened
    if opened.program.poll() is None:
        opened.program.kill()
        opened.program.wait(10)
    for descriptor in (opened.master, opened.slave):
        with contextlib.suppress(OSError):
            os.close(descriptor)


def test_terminal_hears_single_keys_and_saves_at_quit(terminal: Terminal, catalog: Path) -> None:
    terminal.wait("1 of 2. First. 1 minute.")
    terminal.send("j")
    terminal.wait("2 of 2. Second. 1 minute.")
    terminal.send("\r")
    terminal.wait("Playing: Second.")
    terminal.send(".")
    terminal.wait("At 30 seconds of 1 minute.")
    terminal.send(" ")
    terminal.wait("Paused, ")
    terminal.send("q")
    assert terminal.end() == 0
    assert 29 <= saved(catalog, "second") < 40
    assert termios.tcgetattr(terminal.slave) == terminal.modes


def test_terminal_shows_and_lets_edit_what_is_asked_for(terminal: Terminal) -> None:
    terminal.wait("1 of 2.")
    terminal.send("/")
    terminal.wait("Search for words in title, summary or topic:")
    terminal.send("secx\x7f")
    terminal.send("\n")
    terminal.wait("sec")  # the terminal echoes it
    terminal.wait("All Topics, 1 episode, newest first, with sec.")
    terminal.send("q")
    assert terminal.end() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signal_saves_and_ends(terminal: Terminal, catalog: Path, number: signal.Signals) -> None:
    terminal.wait("1 of 2.")
    terminal.send("\r")
    terminal.wait("Playing: First.")
    terminal.send(".")
    terminal.wait("At 30 seconds")
    terminal.program.send_signal(number)
    assert terminal.end() == 0
    assert saved(catalog, "first") >= 29


def test_terminal_closed_saves_and_ends(terminal: Terminal, catalog: Path) -> None:
    terminal.wait("1 of 2.")
    terminal.send("\r")
    terminal.wait("Playing: First.")
    terminal.send(".")
    terminal.wait("At 30 seconds")
    os.close(terminal.slave)
    os.close(terminal.master)
    terminal.program.wait(10)
    assert saved(catalog, "first") >= 29


def test_running_plain_program_is_reached_by_commands(terminal: Terminal, catalog: Path) -> None:
    terminal.wait("1 of 2.")
    while subprocess.run(command(catalog, "volume", "80"), capture_output=True, check=False, timeout=30).returncode:
        pass  # the list comes first, and only then the socket
    for words, said in (
        (["play", "second"], "Playing: Second."),
        (["pause"], "Paused,"),
        (["volume", "30"], "Volume 30"),
    ):
        done = subprocess.run(command(catalog, *words), capture_output=True, text=True, check=False, timeout=30)
        assert (done.returncode, done.stderr) == (0, "")
        terminal.wait(said)
    done = subprocess.run(command(catalog, "now", "--json"), capture_output=True, text=True, check=False, timeout=30)
    now = json.loads(done.stdout)
    assert (now["id"], now["paused"], now["volume"], now["duration"]) == ("second", True, 30, 60.0)
    terminal.send("q")
    assert terminal.end() == 0


def test_pipe_is_read_line_by_line_and_its_end_ends_it(catalog: Path) -> None:
    done = subprocess.run(
        command(catalog, "--plain"), input="j\n/first\ni", capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-2:] == ["First. 1 minute.", "Id: first"]


def test_file_as_input_is_read_to_its_end(catalog: Path) -> None:
    keys = catalog.parent / "keys"
    keys.write_text("j\n")
    with keys.open() as file:
        done = subprocess.run(
            command(catalog, "--plain"), stdin=file, capture_output=True, text=True, check=False, timeout=60
        )
    assert done.stdout.splitlines()[-1] == "2 of 2. Second. 1 minute."


def test_reader_that_goes_away_ends_it(catalog: Path) -> None:
    program = subprocess.Popen(
        command(catalog, "--plain"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdin is not None
    assert program.stderr is not None
    program.stdout.readline()
    program.stdout.close()
    with contextlib.suppress(BrokenPipeError):
        program.stdin.write("j\n" * 10)
        program.stdin.flush()
    assert program.wait(30) == 0
    assert program.stderr.read() == ""


def test_terminal_without_utf_8_is_still_spoken_to(catalog: Path) -> None:
    catalog.write_text(catalog.read_text().replace('"First"', '"Ελλάδα — 日本"'))
    done = subprocess.run(
        command(catalog, "--plain"), input=b"q\n", capture_output=True, check=False, timeout=60,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 0
    assert b"1 of 2. ?????? ? ??. 1 minute." in done.stdout


def test_plain_program_never_imports_textual(catalog: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN_COMMAND, *command(catalog, "--plain")[3:]],
        input="j\n?\ni\nq\n", capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0
    assert not {name.partition(".")[0] for name in done.stderr.split()} & (COSTLY - {"mpv"})


def test_dumb_terminal_without_plain_names_it(catalog: Path) -> None:
    master, slave = pty.openpty()
    done = subprocess.run(
        command(catalog), stdin=slave, stdout=slave, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        env={**os.environ, "TERM": "dumb"},
    )  # fmt: skip
    os.close(master)
    os.close(slave)
    assert done.returncode == 1
    assert "tui-pod --plain" in done.stderr
