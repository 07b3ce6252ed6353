"""What the commands that control the running app ask it, and what they print of its answer."""

import json
import re
import socket
from argparse import Namespace
from contextlib import closing, nullcontext
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.test_main import Run
from tests.cli.test_main import run as run
from tui_pod.cli import remote
from tui_pod.cli.remote import ask as real_ask
from tui_pod.cli.remote import describe, make_request
from tui_pod.core.errors import UsageError
from tui_pod.integrations.remote_socket import NOBODY, NobodyRuns, RemoteError, open_folder, socket_name
from tui_pod.terminal import client, start
from tui_pod.terminal.protocol import IF_LEFT, TAKE

NOW: dict[str, object] = {
    "id": "one", "title": "One", "podcast": None, "position": 65.0, "duration": 120.0, "left": None, "speed": 1.0,
    "volume": 80, "paused": False, "waiting": None, "sleep": None, "session": 3600.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("command", "amount", "request_"),
    [
        ("seek", "1:05", {"to": 65.0}), ("seek", "1:00:05", {"to": 3605.0}), ("seek", "-1:05", {"by": -65.0}),
        ("seek", "+30", {"by": 30.0}), ("seek", "-.5", {"by": -0.5}), ("speed", "1.5", {"to": 1.5}),
        ("volume", "-5", {"by": -5.0}), ("seek", "12:34", {"to": 754.0}), ("seek", "+1:00:05", {"by": 3605.0}),
    ],
)  # fmt: skip
def test_amount_with_a_sign_is_a_change(command: str, amount: str, request_: dict[str, float]) -> None:
    assert make_request(Namespace(command=command, amount=amount)) == {"command": command, **request_}


@pytest.mark.parametrize("amount", ["1:60", "1,5", "--5", "", "1:05:5", "12345678", "half"])
def test_amount_that_is_none_is_wrong_usage(amount: str) -> None:
    with pytest.raises(UsageError, match="is not a position such as 1:05"):
        make_request(Namespace(command="seek", amount=amount))


def test_request_names_the_episode_or_the_action() -> None:
    assert make_request(Namespace(command="play", id="one")) == {"command": "play", "episode": "one"}
    assert make_request(Namespace(command="play", id=None)) == {"command": "play"}
    do = Namespace(command="do", action_id="undo", ids=[], values={})
    assert make_request(do) == {"command": "do", "action": "undo"}
    do = Namespace(command="do", action_id="playback.go_to", ids=["one"], values={"time": "1:05"})
    assert make_request(do) == {
        "command": "do",
        "action": "playback.go_to",
        "episodes": ["one"],
        "values": {"time": "1:05"},
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "Playing: One, 1 minute 5 of 2 minutes, volume 80."),
        ({"paused": True, "podcast": "Cast"}, "Paused: One, Cast, 1 minute 5 of 2 minutes, volume 80."),
        ({"waiting": "narrating"}, "Preparing: One, 1 minute 5 of 2 minutes, narrating, volume 80."),
        ({"duration": None, "speed": 1.5}, "Playing: One, 1 minute 5, speed 1.5, volume 80."),
        ({"position": 1e12, "duration": "x"}, "Playing: One, 0 seconds, volume 80."),
        ({"position": -1e9}, "Playing: One, 0 seconds of 2 minutes, volume 80."),
        ({"position": True, "duration": 59.6}, "Playing: One, 1 second of 1 minute, volume 80."),
        ({"paused": True, "waiting": "narrating"}, "Paused: One, 1 minute 5 of 2 minutes, narrating, volume 80."),
        ({"muted": True}, "Playing: One, 1 minute 5 of 2 minutes, muted."),
        ({"id": None}, "Nothing is playing."),
    ],
)
def test_what_plays_is_described_as_far_as_it_is_known(change: dict[str, object], said: str) -> None:
    assert describe(NOW | change) == said


@pytest.fixture(autouse=True)
def _answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "ask", lambda *_: (NOW, ""))


def test_format_shows_times_as_a_clock_and_nothing_for_what_there_is_not(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "{paused} {title}{podcast} {position}/{duration} {left}{sleep} {session}"
    assert run("now", "--format", text).out == "▶ One 1:05/2:00  1:00:00\n"
    monkeypatch.setattr(remote, "ask", lambda *_: (NOW | {"paused": True}, ""))
    assert run("now", "--format", "{paused}").out == "‖\n"
    monkeypatch.setattr(remote, "ask", lambda *_: (NOW | {"id": None}, ""))
    assert run("now", "--format", "{title}").out == "\n"
    assert run("now").out == "Nothing is playing.\n"


@pytest.mark.parametrize("text", ["{nothing}", "{title!r}", "{title:>9}"])
def test_format_has_only_the_fields_there_are(run: Run, text: str) -> None:
    result = run("now", "--format", text)
    assert (result.status, "there is no field" in result.err) == (2, True)


def test_changes_are_printed_once_each_until_the_end(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = dict.fromkeys(NOW)
    changes = (nothing, NOW, NOW | {"position": 65.2}, nothing, nothing)
    monkeypatch.setattr(remote, "follow", lambda _: iter(changes))
    assert run("now", "--follow").out.splitlines() == [
        "", "Playing: One, 1 minute 5 of 2 minutes, volume 80.", ""
    ]  # fmt: skip
    assert [json.loads(line)["id"] for line in run("now", "--follow", "--json").out.splitlines()] == [
        None, "one", "one", None
    ]  # fmt: skip


def test_answer_is_printed_as_json_or_as_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("now", "--json").json == NOW
    assert run("pause", "--json").json == NOW
    assert run("pause").out.startswith("Playing: One")
    monkeypatch.setattr(remote, "ask", lambda *_: (NOW, "Paused."))
    assert (run("pause").out, run("pause", "--json").json) == ("Paused.\n", NOW)


def served(path: Path, *pieces: bytes) -> dict[str, object]:
    """Ask an app that answers in these pieces; it holds the line until it is hung up, unless it answers nothing."""
    state = path / "state.toml"
    with closing(open_folder(may_make=True)) as folder, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(folder.address(socket_name(state)))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                assert connection.recv(4096) == b'{"command": "status"}\n'
                for piece in pieces:
                    connection.sendall(piece)
                if pieces:
                    connection.recv(1)

        thread = Thread(target=serve)
        thread.start()
        try:
            return real_ask(state, {"command": "status"})[0]
        finally:
            thread.join()


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ((), "hung up; try again"),
        ((b'{"error": "No such episode."}\n',), "No such episode."),
        ((b"hello\n",), "has another version; restart it"),
        ((b"[1]\n",), "has another version; restart it"),
        ((b'{"now": 1}\n',), "has another version; restart it"),
        ((b'{"now": {}}',), "does not answer"),
    ],
)
def test_answer_that_is_none_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: tuple[bytes, ...], said: str
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    if said == "does not answer":
        monkeypatch.setattr(remote, "PATIENCE", 0.2)
    with pytest.raises(RemoteError, match=re.escape(said)):
        served(tmp_path, *pieces)


@pytest.mark.parametrize("takes", [IF_LEFT, TAKE, None])
def test_app_that_was_left_is_attached_before_one_that_is_shown(monkeypatch: pytest.MonkeyPatch, takes: object) -> None:
    asked = list[object]()

    def hand_over(_state: Path, how: object, _line: object) -> bool:
        asked.append(how)
        return how == takes

    monkeypatch.setattr(start, "hand_over", hand_over)
    with nullcontext() if takes else pytest.raises(NobodyRuns):
        remote.run_attach(Namespace(state=None, config=None, line=object()))
    assert asked == ([IF_LEFT] if takes == IF_LEFT else [IF_LEFT, TAKE])


@pytest.mark.parametrize(("why", "said"), [("It has no lines.", "It has no lines."), (None, "There is no terminal")])
def test_without_a_terminal_nothing_is_attached(monkeypatch: pytest.MonkeyPatch, why: str | None, said: str) -> None:
    monkeypatch.setattr(client, "why_not", lambda: why)
    with pytest.raises(RemoteError, match=said):
        remote.run_attach(Namespace(line=None))


def test_nobody_runs_on_another_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    open_folder(may_make=True).close()
    with pytest.raises(RemoteError, match=NOBODY):
        real_ask(tmp_path / "state.toml", {"command": "status"})
    assert served(tmp_path, b'{"now": {"id"', b': "one"}}', b"\n") == {"id": "one"}
