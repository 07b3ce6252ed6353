from __future__ import annotations

import asyncio
from pathlib import Path
from unittest.mock import Mock

import pytest
from textual.app import App

from tests.fakes import FakeFrontend
from tests.patience import PATIENCE
from tui_pod.app import launch
from tui_pod.cli.main import main
from tui_pod.cli.parser import parse
from tui_pod.config.paths import embedded_catalog, find_paths
from tui_pod.config.settings import Config, Settings, SyncSettings
from tui_pod.core.library.library import CatalogsError
from tui_pod.library.cache import load_library
from tui_pod.services.services import PRELOADED, Services
from tui_pod.state.store import StateFile


def build(config: Config) -> Services:
    """Build the services for these settings, with no front end."""
    paths, catalogs = find_paths(), [embedded_catalog()]
    file = StateFile(paths.state)
    services = Services(paths, catalogs, config, load_library(catalogs, paths.cache), file, file.load(), "null", None)
    services.frontend = FakeFrontend()
    return services


@pytest.fixture
def services() -> Services:
    """The services as they are built without settings."""
    return build(Config())


def test_speed_and_volume_that_cannot_be_are_not_taken_from_the_state(capsys: pytest.CaptureFixture[str]) -> None:
    paths = find_paths()
    paths.state.parent.mkdir(parents=True)
    paths.state.write_text("version = 1\n[player]\nspeed = 0.0\nvolume = 900\n")
    loaded = load_library([embedded_catalog()], paths.cache)
    file = StateFile(paths.state)
    services = Services(paths, [embedded_catalog()], Config(), loaded, file, file.load(), "null", None)
    assert (services.first.playback.speed, services.first.playback.volume) == (1.0, 100)
    assert main(["plan", "15m"]) == 0
    assert "episodes, 1" in capsys.readouterr().err


class Ended:
    """An app that has ended with a code."""

    def __init__(self, code: int | None) -> None:
        self.return_code = code
        self.frontend = FakeFrontend()

    def __call__(self, services: Services) -> Ended:
        return self

    def run(self, mouse: bool) -> None:
        """Be over at once."""


@pytest.mark.parametrize(("code", "status"), [(0, 0), (1, 1), (None, 1)])
def test_screen_that_did_not_end_by_itself_is_1(
    code: int | None, status: int, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.ui.app.TuiPodApp", Ended(code))
    assert launch.show(services, is_plain=False) == status


def test_app_of_textual_that_panics_has_no_return_code() -> None:
    """Its thread that reads the keys ends so after a fault: what `launch` goes by."""

    class Panicking(App[None]):
        def on_ready(self) -> None:
            self.call_later(self.panic, "no more keys")

    app = Panicking()
    app.run(headless=True)
    assert app.return_code is None


async def test_what_waits_for_the_first_screen_leaves_room_for_keys(services: Services, home: Path) -> None:
    rounds = 0

    async def count_rounds() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_rounds())
    try:
        await services.after_paint()
        assert rounds > len(PRELOADED)
        assert services.is_running
        assert load_library([embedded_catalog()], home / "cache" / "tui-pod").save is None
    finally:
        counting.cancel()
        await services.close()
        assert services.finish()


async def test_sync_under_way_ends_with_the_app(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def run_sync(*words: str) -> dict[str, object]:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return {}

    monkeypatch.setattr("tui_pod.services.sync.run_sync", run_sync)
    monkeypatch.setattr("tui_pod.runtime.subprocesses.run_apart", lambda *_: None)
    services = build(Config(settings=Settings(sync=SyncSettings(folder=str(home / "shared")))))
    await services.after_paint()
    await asyncio.wait_for(begun.wait(), PATIENCE)
    await services.close()
    assert ended.is_set()
    assert services.finish()


async def test_podcasts_follow_what_is_heard_and_end_with_the_app(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    async def close() -> None:
        told.append("closed")

    for name in ("emit", "write_control"):  # the real player's events, and the terminal's title
        monkeypatch.setattr(services.frontend, name, lambda _: None)
    await services.after_paint()
    for name in ("playback_changed", "progress_changed"):
        monkeypatch.setattr(services.feeds, name, lambda _, name=name: told.append(name))
    monkeypatch.setattr(services.feeds, "close", close)
    episode = services.first.library.ids[0]
    services.controller.play(episode)
    services.controller.editor.toggle_played([episode])
    assert {"playback_changed", "progress_changed"} == {*told}
    await services.close()
    assert told[-1] == "closed"
    assert services.finish()


@pytest.mark.parametrize("has_read", [True, False])
def test_large_library_is_opened_once_it_is_read_unless_the_listener_quits(
    has_read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = list[str]()
    monkeypatch.setattr(launch, "LARGE", 1)
    monkeypatch.setattr("tui_pod.app.opening.fill_cache", lambda *_: has_read)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    def load(*_: object) -> None:
        done.append("load")
        raise CatalogsError(["enough"])

    monkeypatch.setattr(launch, "load_library", load)
    status = launch.run_app(parse([]))
    assert (status, done) == ((1, ["load"]) if has_read else (0, []))


@pytest.mark.parametrize(
    ("size", "words", "is_read"),
    [(1000, [], True), (999, [], False), (1000, ["--plain"], False)],
)
def test_library_is_read_behind_a_screen_if_it_is_large_and_there_is_a_screen(
    size: int, words: list[str], is_read: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = list[str]()
    (tmp_path / "catalog.toml").write_bytes(b"x" * size)
    monkeypatch.setattr(launch, "LARGE", 1000)
    monkeypatch.setattr("tui_pod.app.opening.fill_cache", lambda *_: done.append("read"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    gone = str(tmp_path / "gone.toml")
    status = launch.run_app(parse([*words, "--catalog", str(tmp_path / "catalog.toml"), "--catalog", gone]))
    assert (status, done) == ((0, ["read"]) if is_read else (1, []))


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


def test_plain_program_that_has_ended_is_0(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Mock()
    monkeypatch.setattr("tui_pod.plain.program.PlainProgram", lambda _: program)
    assert launch.show(services, is_plain=True) == 0
    assert services.frontend is program
    program.run.assert_called_once_with()
