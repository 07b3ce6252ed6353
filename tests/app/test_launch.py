from __future__ import annotations

import asyncio
import os
import sys
import termios
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from textual.app import App

from tests.fakes import FakeFrontend
from tests.patience import PATIENCE, until
from tui_pod.app import launch
from tui_pod.cli.main import main
from tui_pod.cli.parser import parse
from tui_pod.config.paths import embedded_catalog, find_paths
from tui_pod.config.settings import Config, Settings, SyncSettings
from tui_pod.core.text.escapes import CLEAR_LINE
from tui_pod.library.cache import load_cached, load_library
from tui_pod.services.lifetime import PRELOADED, Lifetime
from tui_pod.services.services import Services
from tui_pod.state.store import StateFile
from tui_pod.sync.sending import record_file
from tui_pod.terminal.client import RESTORE
from tui_pod.terminal.saved_screen import read_screen


def build(config: Config) -> Lifetime:
    """Build the app for these settings, with no front end."""
    paths, catalogs = find_paths(), [embedded_catalog()]
    file = StateFile(paths.state)
    loaded, state = load_library(catalogs, paths.cache, keeps=False), file.load()
    services = Services(paths, catalogs, config, loaded, file, state, "null")
    services.frontend = FakeFrontend()
    return Lifetime(services, state, None, is_kept=False)


@pytest.fixture
def lifetime() -> Lifetime:
    """The app as it is built without settings."""
    return build(Config())


def test_speed_and_volume_that_cannot_be_are_not_taken_from_the_state(capsys: pytest.CaptureFixture[str]) -> None:
    paths = find_paths()
    paths.state.parent.mkdir(parents=True)
    paths.state.write_text("version = 1\n[player]\nspeed = 0.0\nvolume = 900\n")
    loaded = load_library([embedded_catalog()], paths.cache)
    file = StateFile(paths.state)
    services = Services(paths, [embedded_catalog()], Config(), loaded, file, file.load(), "null")
    assert (services.first.playback.speed, services.first.playback.volume) == (1.0, 100)
    assert main(["plan", "15m"]) == 0
    assert "episodes, 1" in capsys.readouterr().err


class Ended:
    """An app that has ended with a code."""

    def __init__(self, code: int | None) -> None:
        self.return_code = code
        self.frontend = FakeFrontend()

    def __call__(self, lifetime: Lifetime) -> Ended:
        return self

    def run(self, mouse: bool) -> None:
        """Be over at once."""


@pytest.mark.parametrize(("code", "status"), [(0, 0), (1, 1), (None, 1)])
def test_screen_that_did_not_end_by_itself_is_1(
    code: int | None, status: int, lifetime: Lifetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.ui.app.TuiPodApp", Ended(code))
    assert launch.show(lifetime, is_plain=False) == status


def test_app_of_textual_that_panics_has_no_return_code() -> None:
    """Its thread that reads the keys ends so after a fault: what `launch` goes by."""

    class Panicking(App[None]):
        def on_ready(self) -> None:
            self.call_later(self.panic, "no more keys")

    app = Panicking()
    app.run(headless=True)
    assert app.return_code is None


async def test_what_waits_for_the_first_screen_leaves_room_for_keys(lifetime: Lifetime, home: Path) -> None:
    rounds = 0

    async def count_rounds() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_rounds())
    try:
        await lifetime.after_paint()
        assert rounds > len(PRELOADED)
        assert lifetime.is_running
        cache = home / "cache" / "tui-pod"
        await until(lambda: load_cached([embedded_catalog()], cache), "the cache has the library")
    finally:
        counting.cancel()
        await lifetime.close()
        assert lifetime.finish()


async def test_sync_under_way_ends_with_the_app(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def run_sync(*words: str) -> dict[str, object]:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return {}

    monkeypatch.setattr("tui_pod.services.sync_setup.run_sync", run_sync)
    monkeypatch.setattr("tui_pod.runtime.subprocesses.run_apart", lambda *_: None)
    lifetime = build(Config(settings=Settings(sync=SyncSettings(folder=str(home / "shared")))))
    record_file(find_paths().state).touch()  # the first one waits to be asked for
    await lifetime.after_paint()
    await asyncio.wait_for(begun.wait(), PATIENCE)
    await lifetime.close()
    assert ended.is_set()
    assert lifetime.finish()


async def test_podcasts_follow_what_is_heard_and_end_with_the_app(
    lifetime: Lifetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, services = list[str](), lifetime.services

    async def close() -> None:
        told.append("closed")

    for name in ("emit", "write_control"):  # the real player's events, and the terminal's title
        monkeypatch.setattr(services.frontend, name, lambda _: None)
    await lifetime.after_paint()
    for name in ("playback_changed", "progress_changed"):
        monkeypatch.setattr(services.feeds, name, lambda _, name=name: told.append(name))
    monkeypatch.setattr(services.feeds, "close", close)
    episode = services.first.library.ids[0]
    services.controller.play(episode)
    services.controller.editor.toggle_played([episode])
    assert {"playback_changed", "progress_changed"} == {*told}
    await lifetime.close()
    assert told[-1] == "closed"
    assert lifetime.finish()


@pytest.mark.parametrize(
    ("words", "term", "status", "said"),
    [
        (["--session", "soon"], "xterm", 2, "tui-pod --session: “soon” is no time"),
        ([], "xterm", 1, "tui-pod needs a terminal."),
        (["--session", "15m"], "xterm", 1, "tui-pod needs a terminal."),
        ([], "dumb", 1, "This terminal cannot move its cursor (TERM=dumb)."),
    ],
)
def test_start_that_cannot_be_says_why(
    words: list[str], term: str, status: int, said: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("TERM", term)
    if term == "dumb":
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert launch.run_app(parse(words)) == status
    assert capsys.readouterr().err.startswith(said)


def test_plain_program_that_has_ended_is_0(lifetime: Lifetime, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Mock()
    monkeypatch.setattr("tui_pod.plain.program.PlainProgram", lambda _: program)
    assert launch.show(lifetime, is_plain=True) == 0
    assert lifetime.services.frontend is program
    program.run.assert_called_once_with()


@dataclass
class Start:
    """A start of the program whose front end ends at once; a client holds the terminal."""

    monkeypatch: pytest.MonkeyPatch
    status: int = 0
    columns: int = 80
    is_saved: bool = True
    notice: str | None = None
    finish: Callable[[Lifetime], bool] | None = None
    shown: list[Lifetime] = field(default_factory=list)
    drawn: list[tuple[int, int]] = field(default_factory=list)
    host: Mock = field(default_factory=Mock)

    def run(self, *words: str, has_client: bool = True, is_plain: bool = True) -> int:
        """Run the program; return its exit status."""

        def show(lifetime: Lifetime, is_plain: bool) -> int:
            self.shown.append(lifetime)
            return self.status

        def draw(lifetime: Lifetime, size: tuple[int, int]) -> str:
            self.drawn.append((size[0], size[1]))
            return "drawn"

        patch = self.monkeypatch.setattr
        patch(launch, "show", show)
        patch("shutil.get_terminal_size", lambda *_: os.terminal_size((self.columns, 24)))
        patch("tui_pod.ui.first_screen.draw_first_screen", draw)
        patch("tui_pod.terminal.host.TerminalHost", self.host)
        patch(Lifetime, "finish", self.finish or (lambda _: self.is_saved))
        options = parse([*words, *["--plain"] * is_plain])
        options.line, options.notice = (LINE if has_client else None), self.notice
        return launch.run_app(options)


LINE = object()


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Start:
    """A start that goes well."""
    return Start(monkeypatch)


def test_client_is_told_the_end_and_the_next_start_has_a_screen(start: Start) -> None:
    assert start.run() == 0
    start.host.return_value.end.assert_called_once_with(0)
    assert start.drawn == [(80, 24)]
    paths = find_paths()
    assert read_screen(paths, parse([]), (80, 24)) == b"drawn"
    assert start.run() == 0
    assert start.drawn == [(80, 24)]  # still right


@pytest.mark.parametrize(
    ("change", "words", "settings"),
    [
        ({"status": 1}, [], ""),
        ({"columns": 0}, [], ""),
        ({"is_saved": False}, [], ""),
        ({}, ["--session", "15m"], ""),
        ({}, [], "[ui]\nmouse = 3\n"),
    ],
)
def test_next_start_has_no_screen_of_what_is_not_shown_alike(
    change: dict[str, Any], words: list[str], settings: str, start: Start
) -> None:
    config = find_paths().config
    config.parent.mkdir(parents=True)
    config.write_text(settings)
    start = replace(start, **change)
    start.run(*words)
    assert start.drawn == []


@pytest.mark.parametrize(
    ("settings", "stays", "idle"),
    [("", False, 1800.0), ('[app]\non_hangup = "detach"\nidle_minutes = 2\n', True, 120.0)],
)
def test_app_behind_a_client_stays_and_ends_as_the_settings_say(
    settings: str, stays: bool, idle: float, start: Start
) -> None:
    paths = find_paths()
    paths.config.parent.mkdir(parents=True)
    paths.config.write_text(settings)
    start.run()
    start.host.assert_called_once_with(LINE, paths.state, stays, idle, "")
    assert start.shown[0].services.terminal is start.host.return_value


def test_progress_that_could_not_be_saved_fails_and_is_said(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    start.is_saved = False
    assert start.run(has_client=False) == 1
    folder = find_paths().state.parent
    assert capsys.readouterr().err == f"tui-pod: the last progress could not be saved in {folder}\n"


def test_what_the_client_could_not_say_comes_before_other_notices(start: Start) -> None:
    config = find_paths().config
    config.parent.mkdir(parents=True)
    config.write_text("[ui]\nmouse = 3\n")
    start.run(has_client=False)
    start.notice = "Another tui-pod does not answer."
    start.run(has_client=False)
    without, with_it = ([*each.services.first.notices] for each in start.shown)
    assert with_it == sorted([*without, start.notice], key=lambda notice: notice != start.notice)


READ = f"{launch.READING}{CLEAR_LINE}"
"""What is printed while the library is read, which no cache has yet."""


@pytest.mark.parametrize(
    ("is_plain", "terminals", "out", "err"),
    [
        (True, (0, 1), "", "drawn\nafter\n"),
        (False, (0, 1, 2), READ, "drawn\nafter\n"),
        (False, (0, 1, 3), f"{READ}drawn\n", "after\n"),  # after `2>file`
    ],
)
def test_messages_of_libraries_go_to_the_log_and_what_is_drawn_to_the_terminal(
    is_plain: bool, terminals: tuple[int, ...], out: str, err: str, start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    log = find_paths().log
    log.parent.mkdir(parents=True)
    log.write_text("of the start before, and longer")

    def finish(_: Lifetime) -> bool:
        os.write(2, b"ALSA lib\n")
        sys.stderr.write("drawn\n")
        assert sys.__stderr__ is sys.stderr
        return True

    former, before = (sys.__stderr__, sys.stderr), len(os.listdir("/dev/fd"))
    start.finish = finish
    for name in ("stdin", "stdout"):
        start.monkeypatch.setattr(f"sys.{name}.isatty", lambda: True)
    start.monkeypatch.setattr("os.isatty", terminals.__contains__)
    start.monkeypatch.setenv("TERM", "xterm")
    start.run(has_client=False, is_plain=is_plain)
    assert (sys.__stderr__, sys.stderr) == former
    assert len(os.listdir("/dev/fd")) <= before
    os.write(2, b"after\n")
    assert capfd.readouterr() == (out, err)
    assert log.read_text() == "ALSA lib\n"


@pytest.mark.parametrize("is_screen", [True, False])
def test_terminal_of_a_process_that_stands_still_is_restored(
    is_screen: bool, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, written = [object()], list[bytes]()
    done = list[object]()
    monkeypatch.setattr("termios.tcgetattr", lambda _: settings)
    monkeypatch.setattr("termios.tcsetattr", lambda *given: done.append(given))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    start.run(has_client=False, is_plain=not is_screen)
    monkeypatch.setattr("os.write", lambda _, text: written.append(text))
    start.shown[0].restore_terminal()
    assert done == [(0, termios.TCSANOW, settings)]
    assert written == [RESTORE] * is_screen
