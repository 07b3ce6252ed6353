"""Wishes of commands, granted by the app that runs on the state, or without one by the same function."""

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
from tui_pod.core.errors import UserError
from tui_pod.core.library.library import Library
from tui_pod.core.outcome import Outcome
from tui_pod.core.progress.progress import Status
from tui_pod.integrations.player_api import PlayerApi
from tui_pod.integrations.remote_server import RemoteControl
from tui_pod.integrations.remote_socket import socket_name
from tui_pod.services.caller import SILENT, Caller
from tui_pod.wishes.grant import WishRequest, grant


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
