"""Every command beside an open app: the app does it, and the command itself writes nothing that the app owns."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import runnable
from tests.patience import PATIENCE, wait_until
from tests.sources import server
from tests.sources.exports import antennapod
from tests.sources.server import Site, feed, item
from tui_pod.cli.commands import COMMANDS, Command
from tui_pod.cli.main import main
from tui_pod.config.paths import find_paths
from tui_pod.core.library.podcast_settings import to_texts
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord, setting_records
from tui_pod.integrations.remote_socket import RemoteError, connect
from tui_pod.services.hints import FORGOTTEN, NOT_SYNCED
from tui_pod.shelf.database import FeedDatabase
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.state.store import StateFile

ROOT = Path(__file__).parents[2]

CATALOG = 'version = 1\ntitle = "T"\n' + "".join(
    f'[[episodes]]\nid = "{ident}"\ntitle = "{ident.title()}"\nsummary = "About {ident}."\n' for ident in ("one", "two")
)

OWN_PROCESS = {"sync", "transcribe", "narrate", "passages", "get"}
"""Commands that work in a process of their own in the app, too: what they save, the app reads."""

NEEDS_MORE = {"attach": "a terminal", "find": "the network", "man": "a viewer", "completions": "a shell"}
"""Commands that save nothing, and need what is not here."""

SAMPLES: dict[str, list[str]] = {
    "history": ["--day", "today"],
    "list": [], "lists": ["Mine", "--add", "one"], "queue": ["add", "one"], "mark": ["played", "two"], "status": [],
    "check": [], "plan": ["15m"], "search": ["about"], "stats": [], "bookmarks": [], "recall": [], "recap": ["one"],
    "read": ["{text}"], "feed": ["--out", "{out}"], "doctor": [], "devices": [], "export": [], "toggle": [],
    "play": ["one"], "pause": [], "next": [], "previous": [], "seek": ["+1"], "speed": ["1.5"], "volume": ["50"],
    "sleep": ["20"], "now": [], "do": ["queue.add_next", "two"], "keys": [], "config": [],
    "feeds add": ["{feed}"], "feeds list": [], "feeds refresh": [],
    "feeds move": ["Test Cast", "Science"], "feeds rename": ["Test Cast", "Renamed"],
    "feeds set": ["Renamed", "speed=1.5"], "feeds topics": ["Renamed", "on"], "feeds remove": ["A note"],
    "server add": ["{feed}", "--user", "ann"],
    "server list": [], "server remove": ["nobody"], "models list": [], "import": ["{export}"],
}  # fmt: skip
"""How each command is called, in an order in which each has something to do."""

STATUSES = {"server add": {1}, "server remove": {1}, "recap": {1}, "doctor": {0, 1}, "next": {0, 1}}
"""Exit statuses other than 0: of commands that say here why they do nothing, or depend on the machine."""


def names(commands: tuple[Command, ...] = COMMANDS, before: str = "") -> Iterator[str]:
    """Yield the words of each command."""
    for command in commands:
        if command.commands:
            yield from names(command.commands, f"{command.name} ")
        else:
            yield f"{before}{command.name}"


def test_each_command_is_tried() -> None:
    """A new command needs a row here, or a reason."""
    left_out = {name for name in names() if name.rpartition(" ")[2] in OWN_PROCESS | NEEDS_MORE.keys()}
    assert {*names()} - left_out == {*SAMPLES}
    assert len([*runnable()]) == len([*names()])


@pytest.fixture
def places(site: Site, tmp_path: Path) -> dict[str, str]:
    """What the commands are given."""
    site.replies["/f"] = server.body(feed(item(1) + item(2)))
    (tmp_path / "text.md").write_text("# A note\n\nSome words.\n")
    (tmp_path / "catalog.toml").write_text(CATALOG)
    queued = [{"id": 0, "feeditem": 3, "feed": 1}]
    export = antennapod(tmp_path / "export.db", "http://127.0.0.1:9/f", Queue=queued)
    return {"feed": site.url("/f"), "text": str(tmp_path / "text.md"), "out": str(tmp_path / "out"),
            "export": str(export), "catalog": str(tmp_path / "catalog.toml")}  # fmt: skip


def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Move to a new home."""
    variables = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    variables |= {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder / "run")}
    (folder / "run").mkdir(parents=True, mode=0o700)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def call(name: str, places: dict[str, str]) -> int:
    """Run a command in this process; return its exit status."""
    words = [*name.split(), *(word.format(**places) for word in SAMPLES[name]), "--catalog", places["catalog"]]
    return main(words)


def saved() -> dict[str, Any]:
    """Return what counts of the state and of the podcasts."""
    paths = find_paths()
    state = StateFile(paths.state).load()
    store = FeedStore(paths.data)
    feeds = {(feed.address, feed.name, tuple(to_texts(feed.settings).items())) for feed in store.feeds()}
    store.db.close()
    return {
        "progress": {ident: (each.played, each.position) for ident, each in state.progress.items()},
        "queue": state.strings("queue", "entries")[state.setting("queue", "cursor", 0) :],
        "lists": [(each.name, each.episodes) for each in state.notebook.lists if not each.is_removed],
        "feeds": feeds,
    }


def test_every_command_is_done_by_the_app_as_it_is_alone(
    places: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    of_the_player = ("play", "pause", "toggle", "seek", "speed", "volume", "sleep", "now", "previous", "next")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    home(tmp_path / "alone", monkeypatch)
    for name in SAMPLES:
        if name not in of_the_player:
            assert call(name, places) in STATUSES.get(name, {0}), (name, capsys.readouterr().err)
    alone = saved()

    home(tmp_path / "beside", monkeypatch)
    with open_app(places):
        with writing_nothing(monkeypatch):
            for name in SAMPLES:
                if name not in of_the_player:
                    status = call(name, places)
                    assert status in STATUSES.get(name, {0}), (name, capsys.readouterr().err)
        wait_until(lambda: saved() == alone, "the app has saved all that")
        for name in of_the_player:
            assert call(name, places) in STATUSES.get(name, {0}), (name, capsys.readouterr().err)


def test_sync_is_turned_off_and_a_machine_forgotten_by_the_app(
    places: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shared").mkdir()
    sync = ["--catalog", places["catalog"], "sync", "--yes"]
    for machine, episode in (("there", "one"), ("here", "two")):
        home(tmp_path / machine, monkeypatch)
        chosen = {"folder": str(tmp_path / "shared"), "device": machine}
        StateFile(find_paths().state).append([
            *setting_records("sync_with", chosen), ProgressRecord(episode, Progress(datetime.now(UTC), 9.0)),
        ])  # fmt: skip
        assert main(sync) == 0
    assert len(StateFile(find_paths().state).load().progress) == 2
    capsys.readouterr()
    with open_app(places), writing_nothing(monkeypatch):
        assert main([*sync, "--forget", "there"]) == 0
        assert main([*sync, "--off"]) == 0
    assert capsys.readouterr().err.splitlines() == [FORGOTTEN.format("1 episode"), NOT_SYNCED]
    state = StateFile(find_paths().state).load()
    assert [ident for ident, each in state.progress.items() if each.position] == ["two"]
    assert state.setting("sync_with", "folder", "?") == ""
    assert main(sync) == 1


@contextmanager
def open_app(places: dict[str, str]) -> Iterator[None]:
    """Have an app on the files of this home; at the end it quits by its key."""
    with subprocess.Popen(
        [sys.executable, "-m", "tui_pod", "--plain", "--ao", "null", "--catalog", places["catalog"]],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as app:  # fmt: skip
        assert app.stdin is not None
        wait_until(_answers, "the app answers")
        yield
        app.stdin.write(b"q")
        app.stdin.close()
        assert app.wait(PATIENCE) == 0


@contextmanager
def writing_nothing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process save nothing that the app owns."""
    with monkeypatch.context() as patch:
        for owner, method in ((StateFile, "append"), (StateFile, "save"), (StateFile, "compact"),
                              (FeedDatabase, "write")):  # fmt: skip
            patch.setattr(owner, method, _refuse)
        yield


def _answers() -> bool:
    try:
        with connect(find_paths().state, 1.0):
            return True
    except RemoteError:
        return False


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("a command beside an app writes what the app owns")
