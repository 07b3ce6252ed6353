"""Wishes of commands, granted by the app that runs on the state, or without one by the same function.

What actions ask, as `tui-pod do` answers it; the front ends' tests ask it. What is typed into the palette with its
value.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.app_driver import list_model
from tests.core.library.test_recap import VOYAGE, spoken
from tests.integrations.test_remote_server import run_command
from tests.integrations.test_remote_server import runtime as runtime
from tests.integrations.test_remote_server import state as state
from tests.wishes.test_actions import Stage
from tests.wishes.test_actions import stage as stage
from tui_pod.core.actions import BY_ID, render_keys
from tui_pod.core.errors import UserError
from tui_pod.core.library.library import Library
from tui_pod.core.outcome import Outcome
from tui_pod.core.playback.controller import NOTHING_PLAYS
from tui_pod.core.progress.progress import Status
from tui_pod.core.selection.list_query import Filter, Sort
from tui_pod.integrations.player_api import PlayerApi
from tui_pod.integrations.remote_server import RemoteControl
from tui_pod.integrations.remote_socket import socket_name
from tui_pod.services.caller import SILENT, Caller, Kind
from tui_pod.wishes.actions import COMMANDS
from tui_pod.wishes.asks import ASKS
from tui_pod.wishes.grant import WishRequest, grant
from tui_pod.wishes.typed import read_typed, run_typed
from tui_pod.wishes.wish import Subject


def is_saved(state: Path) -> bool:
    """Return whether anything was saved."""
    return state.exists()


@pytest.fixture
def catalog(state: Path, library: Library) -> Path:
    """The episodes of the app's library, for a command that works alone."""
    path = state.with_name("catalog.toml")
    path.write_text('version = 1\ntitle = "T"\n' + "".join(
        f"[[episodes]]\nid = {json.dumps(ident)}\ntitle = {json.dumps(title)}\n"
        for ident, title in zip(library.ids, library.titles, strict=True)
    ))  # fmt: skip
    return path


@pytest.fixture
async def beside(library: Library, state: Path, runtime: Path) -> AsyncIterator[Stage]:
    """An app on the state."""
    stage = Stage(library)

    async def granted(wish: str, values: Mapping[str, Any], caller: Caller) -> Outcome:
        return await grant(stage.services, list_model(stage.services), WishRequest(wish, values), caller)

    control = RemoteControl(PlayerApi(stage.controller), state, grant=granted)
    await control.start()
    yield stage
    await control.close()


@pytest.fixture
def run(state: Path, catalog: Path) -> Any:
    """Runs a command; returns its exit status, what it printed, and what it said."""

    async def run(*words: str) -> tuple[int, str, str]:
        status, out, err = await run_command("--catalog", str(catalog), *words, state=state)
        *said, _ = err.splitlines(keepends=True)  # the last line has the modules
        return status, out, "".join(said)

    return run


async def test_commands_are_granted_by_the_app_which_shows_them_and_can_undo_them(
    beside: Stage, state: Path, run: Any
) -> None:
    one, two = beside.controller.library.ids[:2]
    assert await run("queue", "add", one, two) == (0, "", "2 episodes queued.\n")
    assert list(beside.controller.queue.upcoming) == [one, two]
    assert (await run("queue", "take", two))[0] == 0
    assert (await run("queue", "take", two))[2].endswith("not in the queue.\n")
    assert (await run("mark", "played", one, one))[0] == 0
    assert beside.controller.progress_index.status(one) is Status.PLAYED
    assert (await run("lists", "Mine", "--add", two))[2] == "list “Mine”: 1 episode.\n"
    assert [each.episodes for each in beside.controller.lists] == [(two,)]
    beside.controller.undo()
    beside.controller.undo()
    assert beside.controller.progress_index.status(one) is not Status.PLAYED
    assert not is_saved(state)  # the app saves


async def test_story_so_far_is_printed_by_the_app_up_to_what_plays(beside: Stage, run: Any) -> None:
    beside.services.transcripts["two"] = spoken(VOYAGE)
    assert (await run("recap"))[0] == 1
    beside.controller.play_from("two", 90.0)
    status, out, _ = await run("recap")
    assert (status, out.splitlines()[0]) == (0, f"0:00\tPeter\t{VOYAGE[0]}")
    document = json.loads((await run("recap", "two", "--json"))[1])
    assert document.keys() == {"id", "title", "met", "lead"}
    assert document["met"][0] == {"name": "Peter", "sentence": VOYAGE[0], "start": 0.0, "end": 10.0, "times": 5}
    assert document["lead"][-1] == {"text": VOYAGE[8], "start": 80.0, "end": 90.0}
    status, _, said = await run("recap", "one")
    assert (status, said) == (1, "tui-pod: “One” cannot be told so far: too little of it was heard.\n")


async def test_what_cannot_be_granted_changes_nothing_in_the_app_and_alone(
    beside: Stage, run: Any, state: Path
) -> None:
    for words, status in ((("mark", "played", "gone"), 1), (("queue", "add"), 2), (("lists", "No", "--remove"), 1)):
        before = await run(*words)
        assert (before[0], before[2] != "") == (status, True)
    assert not beside.controller.queue.entries
    assert not is_saved(state)


async def test_unknown_wish_is_refused(beside: Stage) -> None:
    with pytest.raises(UserError, match=r"no wish “no\.such”"):
        await grant(beside.services, beside.model, WishRequest("no.such", {}), SILENT)


async def test_app_that_dies_amid_is_said_and_one_that_knows_no_wishes_too(
    runtime: Path, state: Path, run: Any
) -> None:
    os.mkdir(runtime, 0o700)
    answers = [b"", b'{"error": "There is no such command. See: tui-pod --help"}\n']

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answers.pop(0))
        writer.close()

    async with await asyncio.start_unix_server(answer, runtime / socket_name(state)):
        assert "ended before it answered" in (await run("mark", "played", "one"))[2]
        assert "another version" in (await run("mark", "played", "one"))[2]
    assert not is_saved(state)


def test_each_question_belongs_to_an_action_that_does_something() -> None:
    assert ASKS.keys() <= BY_ID.keys() & COMMANDS.keys()
    for asks in ASKS.values():
        assert len({ask.name for ask in asks}) == len(asks)
        assert all(ask.choices is not None for ask in asks if ask.kind is Kind.CHOICE)


@pytest.mark.parametrize(
    ("ident", "values", "said"),
    [
        ("playback.go_to", {"time": "0:30"}, "Nothing is playing. Press enter on an episode to play it."),
        ("playback.mute", {"time": "0:30"}, "playback.mute takes no values, and no time=."),
        ("session.plan", {"time": "15m", "place": "here"}, "session.plan takes time= and topic=, and no place=."),
        ("session.plan", {"time": "soon"}, "“soon” is no time"),
        ("session.plan", {"time": "15m", "topic": "Cooking"}, "no topic is called “Cooking”."),
        ("list.sort", {"order": "colour"}, "“colour” is not one of "),
        ("audio.device", {"device": "drum"}, "“drum” is not one of an empty one"),
        ("list.save", {"name": ""}, "A list needs a name"),
        ("sync.set_up", {"with": "folder"}, "sync.set_up needs folder=, such as ~/Sync/tui-pod."),
        ("sync.set_up", {"with": "folder", "folder": "shared"}, "a folder is a path, such as ~/Sync/tui-pod."),
    ],
)
def test_do_says_which_answer_is_missing_or_wrong(
    library: Library, ident: str, values: dict[str, str], said: str
) -> None:
    stage = Stage(library, is_new=True)
    outcome = stage.do(ident, **values)
    assert (render_keys(outcome.text)[: len(said)], outcome.is_done) == (said, False)


def test_do_answers_what_an_action_asks(stage: Stage) -> None:
    stage.run("episode.play", "one")
    assert stage.do("playback.go_to", time="50%").is_done
    assert stage.controller.playback.position == 50.0
    assert stage.do("sleep.timer", time="20").text == "Sleep in 20 minutes of listening"
    assert stage.do("sleep.timer", time="off").text == "No sleep timer"
    assert stage.do("list.filter", filter="played").text == "Filter: played"
    assert stage.do("list.sort", order="title").text == "Order: by title"
    assert (stage.model.query.filter, stage.model.query.sort) == (Filter.PLAYED, Sort.TITLE)
    assert stage.do("list.filter").text == "Filter: all"
    assert stage.do("search.start", words="two").is_done
    assert stage.model.query.query == "two"
    assert stage.do("list.save", name="Morning").can_undo
    assert stage.controller.lists.named("Morning") is not None
    assert stage.do("audio.device", device="").text == "Sound device: Chosen by the system"


def test_session_is_planned_from_what_is_listed_or_from_the_topic_that_is_named(stage: Stage) -> None:
    assert stage.do("session.plan", time="1h").text.startswith("Session of ")
    assert stage.controller.session is not None
    stage.do("session.end")
    assert stage.do("session.plan", time="1h", topic=stage.model.library.topics.names[1].upper()).is_done
    assert stage.do("session.plan", time="1s").text.startswith("“1s” is no time; write minutes like 15")


@pytest.fixture
def subject(library: Library) -> Subject:
    """A list, and an episode that plays."""
    stage = Stage(library)
    stage.run("episode.restart", "two")
    return Subject(stage.services, stage.model)


def say(typed: str, on: Subject) -> str | None:
    """Do what was typed; return what was said, None if it is a name."""
    value = read_typed(typed, on)
    return None if value is None else run_typed(value).text


@pytest.mark.parametrize(
    ("typed", "said", "speed"),
    [
        ("1.5", "Speed 1.5×", 1.5),
        ("1,25", "Speed 1.25×", 1.25),
        ("2x", "Speed 2×", 2.0),
        (" Speed 0.8", "Speed 0.8×", 0.8),
        ("2", None, 1.0),
        ("1.5 litres", None, 1.0),
    ],
)
def test_speed_is_typed(subject: Subject, typed: str, said: str | None, speed: float) -> None:
    assert say(typed, subject) == said
    assert subject.controller.playback.speed == speed


@pytest.mark.parametrize(
    ("typed", "said", "left"),
    [
        ("sleep 20", "Sleep timer 20:00", 1200),
        ("timer 20 min", "Sleep timer 20:00", 1200),
        ("sleep in 1h30m", "Sleep timer 1:30:00", 5400),
        ("sleep episode", "Sleep timer after 1 episode", 1),
        ("sleep off", "Sleep timer off", None),
        ("sleep timer", None, None),
        ("sleep 900h", None, None),
    ],
)
def test_sleep_timer_is_typed(subject: Subject, typed: str, said: str | None, left: int | None) -> None:
    assert say(typed, subject) == said
    timer = subject.controller.sleep
    assert (timer and timer.left) == left


def test_volume_is_typed(subject: Subject) -> None:
    assert say("volume 60", subject) == "Volume 60"
    assert say("vol 55%", subject) == "Volume 55"
    assert subject.controller.playback.volume == 55


@pytest.mark.parametrize(("typed", "position"), [("1:10", 70.0), ("+30", 30.0), ("go to 0:50", 50.0), ("25 %", 50.0)])
def test_position_is_typed(subject: Subject, typed: str, position: float) -> None:
    assert say(typed, subject) is not None
    assert subject.controller.playback.position == position


def test_position_cannot_be_typed_while_nothing_plays(library: Library) -> None:
    stage = Stage(library, is_new=True)
    value = read_typed("12:30", Subject(stage.services, stage.model))
    assert value is not None
    assert run_typed(value) == Outcome(NOTHING_PLAYS, is_done=False)


def test_session_is_typed(subject: Subject) -> None:
    said = say("session 15", subject)
    assert said is not None
    assert said.startswith("Session of ")
    assert subject.controller.session is not None
    assert say("plan to go", subject) is None
