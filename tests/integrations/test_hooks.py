"""Commands of the listener that run when something happens."""

import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.patience import until
from tests.rooms import Room
from tui_pod.core.errors import UserError
from tui_pod.core.progress.bookmarks import Stretch
from tui_pod.integrations import hooks as module
from tui_pod.integrations.hooks import Hooks, look_up
from tui_pod.integrations.player_api import PlayerApi

WRITE = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + chr(10))"
HANG = "import signal; signal.pause()"


class Run:
    """Hooks that write what they get into a file."""

    def __init__(self, room: Room, folder: Path) -> None:
        self.file = folder / "heard"
        write = f'{sys.executable} -c "{WRITE}" {self.file}'
        commands = dict.fromkeys(("play", "pause", "end", "bookmark", "new"), write) | {"end": write}
        self.hooks = Hooks(commands, PlayerApi(room.controller).status, lambda: room.controller.bookmarks)
        self.broadcast = room.broadcast
        self.broadcast.add(self.hooks)

    @property
    def heard(self) -> list[dict[str, object]]:
        """What the hooks got so far."""
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []

    async def hears(self, *events: str) -> dict[str, object]:
        """Wait until the hooks of these events have run, and return what the last one got."""
        await until(lambda: sorted(str(each["event"]) for each in self.heard) == sorted(events), " ".join(events))
        return next(each for each in self.heard if each["event"] == events[-1])


@pytest.fixture
async def run(room: Room, tmp_path: Path) -> AsyncIterator[Run]:
    run = Run(room, tmp_path)
    yield run
    await run.broadcast.close()


async def test_play_pause_and_end_run_their_hooks(run: Run, room: Room) -> None:
    room.play("one", 12)
    assert (await run.hears("play"))["title"] == "One"
    room.controller.toggle_pause()
    found = await run.hears("play", "pause")
    assert (found["id"], found["position"], found["paused"]) == ("one", 12, True)
    room.controller.play("two")
    assert (await run.hears("play", "pause", "play", "end"))["id"] == "one"


async def test_new_episodes_and_bookmarks_run_their_hooks(run: Run, room: Room) -> None:
    run.broadcast.notify("2 new", "Cast")
    assert (await run.hears("new"))["title"] == "2 new"
    room.controller.bookmarks.add("one", "One", Stretch(5.0, 9.0, "Said."), "Mine.")
    found = await run.hears("new", "bookmark")
    assert (found["id"], found["start"], found["text"], found["note"]) == ("one", 5.0, "Said.", "Mine.")
    assert room.listener.bookmarked == [frozenset({"one"})]


@pytest.mark.parametrize(
    ("command", "logged"),
    [
        ("/nowhere/hook", "cannot be run: "),
        ('"', "cannot be run: No closing quotation"),
        (f"{sys.executable} -c 1/0", "ended with status 1"),
        ("true", None),
    ],
)
async def test_hook_that_fails_stops_nothing_and_is_logged(
    command: str, logged: str | None, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    monkeypatch.setattr(module, "log", lines.append)
    hooks = Hooks({"play": command}, dict, list)
    hooks.run("play")
    await until(lambda: not hooks.running, "it has ended")
    assert [line.startswith(f"hook on_play {logged}") for line in lines] == ([True] if logged else [])
    await hooks.close()


async def test_hook_that_hangs_is_ended_and_further_ones_are_left_out(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LIMIT", 0.05)
    monkeypatch.setattr(module, "MAX_RUNNING", 2)
    hooks = Hooks({"play": f'{sys.executable} -c "{HANG}"'}, dict, list)
    for _ in range(5):
        hooks.run("play")
    assert hooks.running == 2
    await until(lambda: not hooks.running, "they are ended")


async def test_hooks_end_with_the_app(room: Room) -> None:
    hooks = Hooks({"play": f'{sys.executable} -c "{HANG}"'}, dict, list)
    hooks.run("play")
    await hooks.close()
    assert hooks.running == 0


@pytest.fixture
def events(room: Room, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """The events for which a hook would run, each with the episode that it is about, if not that which plays."""
    found: list[tuple[str, object]] = []
    room.controller.bookmarks.add("one", "One", Stretch(1.0, 2.0, "Said."))
    hooks = Hooks({}, dict, lambda: room.controller.bookmarks)
    monkeypatch.setattr(hooks, "run", lambda event, about=None: found.append((event, (about or {}).get("id"))))
    room.broadcast.add(hooks)
    return found


def test_playing_on_and_seeking_run_no_hook(room: Room, events: list[tuple[str, object]]) -> None:
    room.play("one", 12)
    room.controller.seek_to(50)
    assert events == [("play", None)]


def test_next_episode_ends_the_former_and_one_that_starts_anew_does_not(
    room: Room, events: list[tuple[str, object]]
) -> None:
    room.play("one", 12)
    room.controller.play("two")
    room.controller.restart("two")
    assert events == [("play", None), ("end", "one"), ("play", None)]


def test_stopped_episode_has_not_paused(room: Room, events: list[tuple[str, object]]) -> None:
    room.play("one", 12)
    room.controller.toggle_pause()
    room.controller.stop()
    assert events == [("play", None), ("pause", None)]


def test_bookmark_that_was_there_runs_no_hook_when_it_is_changed(room: Room, events: list[tuple[str, object]]) -> None:
    (kept,) = room.controller.bookmarks
    room.controller.bookmarks.edit(kept.key, "Mine.", "Said.")
    assert events == []
    room.controller.bookmarks.add("two", "Two", Stretch(1.0, 2.0, "Said."))
    assert events == [("bookmark", "two")]


async def test_event_without_a_command_runs_nothing(room: Room) -> None:
    hooks = Hooks({"play": "", "end": "true"}, dict, list)
    hooks.run("play")
    hooks.run("pause")
    assert hooks.running == 0


async def test_stop_is_a_pause_to_hooks(run: Run, room: Room) -> None:
    room.play("one", 12)
    PlayerApi(room.controller).stop()
    assert (await run.hears("play", "pause"))["id"] == "one"


def printing(code: str) -> str:
    """Return a command that runs Python code with a word."""
    return f"{sys.executable} -c '{code}'"


async def test_word_is_looked_up_as_the_last_argument_and_never_as_an_option() -> None:
    command = printing('import sys; print(len(sys.argv), sys.argv[1] + "\\x1b:\\nan answer")')
    assert await look_up(command, "rain; rm -rf") == "2 rain; rm -rf:\nan answer"
    assert await look_up(command, "--help") == "2 help:\nan answer"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (printing(""), "Nothing was found about “rain”."),
        ("/no/such/program", "on_word cannot be run"),
        ("'", "on_word cannot be run"),
        (printing(HANG), "on_word took longer than"),
    ],
)
async def test_word_that_is_not_found_is_told(command: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if HANG in command:
        monkeypatch.setattr(module, "LIMIT", 0.5)
    with pytest.raises(UserError, match=re.escape(said)):
        await look_up(command, "rain")


@pytest.mark.parametrize("program", ["dict", "sdcv"])
async def test_dictionary_of_the_manual_gets_the_word_last(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Path(__file__).parents[2] / "docs/manual/remote.md").read_text("utf-8")
    found = re.search(rf'^#? ?on_word = "({program} [^"]*)"', text, re.MULTILINE)
    assert found is not None
    stand_in = tmp_path / program
    stand_in.write_text(f"#!{sys.executable}\nimport sys\nprint(*sys.argv[1:], sep='\\n')\n")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    answer = (await look_up(found[1], "rain")).split("\n")
    assert answer == [*found[1].split()[1:], "rain"]


async def test_answer_without_end_is_read_in_part() -> None:
    endless = printing('import itertools\nfor n in itertools.count(): print("rain" * 100)')
    assert (await look_up(endless, "rain")).startswith("rainrain")
