"""Which app a client finds, and what must be the same for that."""

import os
import socket
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest

from tests.patience import PATIENCE
from tui_pod.integrations.remote_socket import RuntimeFolder, open_folder
from tui_pod.terminal import start
from tui_pod.terminal.protocol import IF_LEFT, SESSION, TAKE
from tui_pod.terminal.start import NoAnswer, hand_over, line_name, line_names, name_options, reach_apps


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RuntimeFolder]:
    """The runtime folder of a test."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with ExitStack() as opened:
        found = open_folder(may_make=True)
        opened.callback(found.close)
        yield found


def options(**given: object) -> Namespace:
    return Namespace(**{"catalog": [], "config": None, "ao": None, "session": None, **given})


def listen(folder: RuntimeFolder, name: str) -> socket.socket:
    """Listen as an app does."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(folder.address(name))
    return listener


def test_apps_of_a_state_are_found_newest_first(folder: RuntimeFolder, tmp_path: Path) -> None:
    mine, other = tmp_path / "state.toml", tmp_path / "other.toml"
    names = [line_name(mine) for _ in range(3)]
    for name in (*names, line_name(other), line_name(mine).replace(".tty", ".sock")):
        (folder.path / name).touch()
    assert line_names(folder, mine) == sorted(names, reverse=True)
    assert max(names) == names[-1]


def test_sockets_of_killed_apps_are_removed_and_passed_over(folder: RuntimeFolder, tmp_path: Path) -> None:
    state = tmp_path / "state.toml"
    alive, killed = line_name(state), line_name(state)
    with listen(folder, alive):
        listen(folder, killed).close()
        assert [app.getpeername() for app in reach_apps(folder, state)] == [folder.address(alive)]
        assert os.listdir(folder.descriptor) == [alive]


def test_app_that_does_not_answer_is_told_with_its_process(
    folder: RuntimeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "PATIENCE", 0.01)
    state = tmp_path / "state.toml"
    ours, theirs = socket.socketpair()
    said = f"does not answer. If it is stopped: kill -CONT {os.getpid()}"
    with ours, theirs, listen(folder, line_name(state)), pytest.raises(NoAnswer, match=said):
        hand_over(state, IF_LEFT, theirs)


def test_app_that_starts_removes_the_sockets_of_killed_ones_of_any_state(folder: RuntimeFolder, tmp_path: Path) -> None:
    alive, killed = line_name(tmp_path / "one.toml"), line_name(tmp_path / "two.toml")
    with listen(folder, alive), socket.socket(socket.AF_UNIX) as remote:
        remote.bind(folder.address("00000001.sock"))
        remote.listen()
        listen(folder, killed).close()
        with socket.socket(socket.AF_UNIX) as gone, socket.socket(socket.AF_UNIX) as starting:
            gone.bind(folder.address("00000002.sock"))
            starting.bind(folder.address(f".00000003.sock.{os.getpid()}"))
        with socket.socket(socket.AF_UNIX) as torn:
            torn.bind(folder.address(f".00000004.sock.{2**22 + 1}"))  # above the largest number of a process
        (folder.path / "notes").touch()
        open_folder(may_make=True).close()
        assert set(os.listdir(folder.descriptor)) == {
            alive, "00000001.sock", f".00000003.sock.{os.getpid()}", "notes",
        }  # fmt: skip


def test_terminal_without_an_app_is_handed_to_none(folder: RuntimeFolder, tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not hand_over(tmp_path / "state.toml", TAKE, theirs)
        (folder.path / "x").touch()
        assert not hand_over(tmp_path / "state.toml", TAKE, theirs)


def test_terminal_without_a_runtime_folder_is_handed_to_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "none"))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not hand_over(tmp_path / "state.toml", TAKE, theirs)
    assert not (tmp_path / "none").exists()


def test_options_are_named_only_when_given() -> None:
    assert name_options(options(session="20m")) == ""
    assert len(name_options(options(ao="null", config="c.toml", catalog=["a", "b"])).split()) == 3


def test_options_have_one_name_for_every_path_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("config", "catalog"):
        here, there, other = ([path] if name == "catalog" else path for path in ("c", f"{tmp_path}/c", "d"))
        assert name_options(options(**{name: here})) == name_options(options(**{name: there}))
        assert name_options(options(**{name: here})) != name_options(options(**{name: other}))


@pytest.mark.parametrize(
    ("session", "saved", "sent"), [(None, b"p", b"screen 1\np"), (None, b"", b""), ("20m", b"p", b"")]
)
def test_saved_screen_of_the_last_run_is_shown_unless_a_session_is_planned(
    session: str | None,
    saved: bytes,
    sent: bytes,
    folder: RuntimeFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(start, "read_screen", lambda *_: saved)
    monkeypatch.setattr("os.get_terminal_size", lambda _: os.terminal_size((80, 24)))
    monkeypatch.setenv(SESSION, "")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not start.begin(options(session=session, state=tmp_path / "state.toml"), theirs)
        theirs.close()
        assert ours.recv(100) == sent


@pytest.mark.parametrize("is_taken", [True, False])
def test_terminal_is_handed_over_once_an_app_has_answered(
    is_taken: bool, folder: RuntimeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "PATIENCE", PATIENCE)
    state = tmp_path / "state.toml"
    ours, theirs = socket.socketpair()
    with ours, theirs, listen(folder, line_name(state)) as app:

        def reply() -> None:
            _, descriptors, _, _ = socket.recv_fds(app, 65_536, 3)
            with socket.socket(fileno=descriptors.pop()) as answer:
                answer.send(b"\n" * is_taken)
            for descriptor in descriptors:
                os.close(descriptor)

        thread = Thread(target=reply)
        thread.start()
        assert hand_over(state, TAKE, theirs) is is_taken
        thread.join()
