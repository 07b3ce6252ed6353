"""Greetings between a client and an app."""

import asyncio
import contextlib
import errno
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.integrations.remote_socket import RemoteError, open_folder
from tui_pod.terminal.host import TerminalHost
from tui_pod.terminal.protocol import GREETING_LIMIT, IF_LEFT, OPTIONS, TAKE, VARIABLES, greet, read_greeting
from tui_pod.terminal.start import line_names

ROUNDS = 200


@dataclass
class FakeDrawer:
    """Keeps what it is asked for."""

    done: list[str] = field(default_factory=list)
    variables: Mapping[str, str] = field(default_factory=dict)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def give_up(self) -> None:
        """See `Drawer.give_up`."""
        self.done.append("give up")

    def take(self, terminal: int, variables: Mapping[str, str]) -> None:
        """See `Drawer.take`."""
        os.close(terminal)
        self.done.append("take")
        self.variables = variables

    def end(self) -> None:
        """See `Drawer.end`."""
        self.ended.set()


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state file, with a runtime folder of the test's own."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return tmp_path / "state.toml"


@pytest.fixture
def drawer() -> FakeDrawer:
    """What draws."""
    return FakeDrawer()


@pytest.fixture
def line() -> Iterator[socket.socket]:
    """The end of the client that has started the app; `theirs` is the other one."""
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE)
    LINES[ours] = theirs
    with ours:
        yield ours


LINES: dict[socket.socket, socket.socket] = {}


@pytest.fixture
async def host(line: socket.socket, state: Path, drawer: FakeDrawer) -> AsyncIterator[TerminalHost]:
    """A host that hears its first client and lets others come; it ends when idle at once."""
    found = TerminalHost(LINES.pop(line), state, stays=True, idle=1e-6, options="catalog:1 ao:2")
    found.serve(drawer)
    found.listen()
    yield found
    await found.close()
    found.end(0)


@contextlib.contextmanager
def greeting(state: Path, way: bytes = TAKE, options: str = "") -> Iterator[tuple[socket.socket, socket.socket]]:
    """Hand a terminal over to the app on a state file; give what is answered on, and the client's end of the line."""
    ours, line = socket.socketpair()
    heard, answer = socket.socketpair()
    with ours, heard, send_to(state) as app, a_terminal() as terminal:
        greeted = greet(way, {"TERM": "xterm", "SECRET": "x", OPTIONS: options})
        with line, answer:
            socket.send_fds(app, [greeted], [terminal, line.fileno(), answer.fileno()])
        yield heard, ours


@contextlib.contextmanager
def a_terminal() -> Iterator[int]:
    """Give the slave end of a pseudo-terminal."""
    ends = os.openpty()
    yield ends[1]
    for descriptor in ends:
        os.close(descriptor)


@contextlib.contextmanager
def send_to(state: Path) -> Iterator[socket.socket]:
    """Give a socket that sends to the app on a state file."""
    folder = open_folder(may_make=False)
    (name,) = line_names(folder, state)
    with contextlib.closing(folder), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as app:
        app.connect(folder.address(name))
        yield app


async def hear(line: socket.socket) -> str:
    """Return what the app says next."""
    line.setblocking(False)
    data = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(line, 100), PATIENCE)
    return data.decode("ascii").strip().removesuffix(f" {os.getpid()} answers")


async def settle() -> None:
    """Let the loop handle what has come."""
    for _ in range(ROUNDS):
        await asyncio.sleep(0)


async def test_who_attaches_gets_the_terminal_drawn_with_its_variables_and_the_first_is_told(
    host: TerminalHost, state: Path, drawer: FakeDrawer, line: socket.socket
) -> None:
    with greeting(state) as (_, client):
        assert await hear(client) == "welcome"
        assert (drawer.done, drawer.variables) == (["give up", "take"], {"TERM": "xterm"})
        assert await hear(line) == "end 0 tui-pod is on another terminal now."
        assert await hear(line) == ""


async def test_who_asks_for_an_app_that_was_left_does_not_take_over(
    host: TerminalHost, state: Path, drawer: FakeDrawer
) -> None:
    with greeting(state, IF_LEFT) as (connection, client):
        assert await hear(connection) == ""
        assert await hear(client) == ""
    assert drawer.done == []


async def test_app_left_welcomes_who_asks_for_one(host: TerminalHost, state: Path, line: socket.socket) -> None:
    host.playback_changed(Playback(status=PlayerStatus.PLAYING))
    assert host.leave()
    assert await hear(line) == "end 0 tui-pod keeps running; run tui-pod to come back."
    with greeting(state, IF_LEFT) as (_, client):
        assert await hear(client) == "welcome"


@pytest.mark.parametrize(
    ("options", "answer"), [("catalog:1", "welcome"), ("ao:2 catalog:1", "welcome"), ("catalog:3", "")]
)
async def test_app_left_comes_back_only_for_options_that_it_has(
    host: TerminalHost, state: Path, options: str, answer: str
) -> None:
    host.playback_changed(Playback(status=PlayerStatus.PLAYING))
    host.leave()
    with greeting(state, IF_LEFT, options) as (_, client):
        assert await hear(client) == answer


async def test_another_user_is_turned_away(
    host: TerminalHost, state: Path, drawer: FakeDrawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with greeting(state) as (_, client):
        monkeypatch.setattr("os.geteuid", lambda: 4_242)
        assert await hear(client) == ""
    assert drawer.done == []


async def test_who_has_gone_before_the_app_had_time_is_passed_over(
    host: TerminalHost, state: Path, drawer: FakeDrawer
) -> None:
    with greeting(state) as (connection, client):
        connection.close()
        assert await hear(client) == ""
    assert drawer.done == []


async def test_who_brings_no_terminal_is_turned_away(host: TerminalHost, state: Path, drawer: FakeDrawer) -> None:
    with send_to(state) as app:
        app.send(b"\xff" * 100)
        app.send(greet(TAKE, {}))
    with greeting(state) as (_, client):
        assert await hear(client) == "welcome"
    assert drawer.done == ["give up", "take"]


async def test_app_left_in_silence_ends(host: TerminalHost, drawer: FakeDrawer) -> None:
    host.leave()
    await asyncio.wait_for(drawer.ended.wait(), PATIENCE)


async def test_app_left_in_silence_without_a_limit_goes_on(
    line: socket.socket, state: Path, drawer: FakeDrawer
) -> None:
    host = TerminalHost(LINES.pop(line), state, stays=True, idle=0)
    host.serve(drawer)
    host.listen()
    assert host.leave()
    await settle()
    assert not drawer.ended.is_set()
    await host.close()


async def test_app_left_that_plays_ends_only_once_it_has_stopped(host: TerminalHost, drawer: FakeDrawer) -> None:
    host.playback_changed(Playback(status=PlayerStatus.PLAYING))
    host.leave()
    await settle()
    assert not drawer.ended.is_set()
    host.playback_changed(Playback(status=PlayerStatus.PAUSED))
    await asyncio.wait_for(drawer.ended.wait(), PATIENCE)


async def test_silent_app_with_a_terminal_goes_on(host: TerminalHost, drawer: FakeDrawer) -> None:
    host.playback_changed(Playback(status=PlayerStatus.PAUSED))
    await settle()
    assert not drawer.ended.is_set()


async def test_suspended_client_comes_back_on_its_own_line(
    host: TerminalHost, line: socket.socket, drawer: FakeDrawer
) -> None:
    host.suspend()
    assert await hear(line) == "stop 0"
    with a_terminal() as terminal:
        socket.send_fds(line, [greet(TAKE, {})], [terminal])
        assert await hear(line) == "welcome"


async def test_client_that_sends_no_terminal_changes_nothing(
    host: TerminalHost, line: socket.socket, drawer: FakeDrawer
) -> None:
    nothing = null()
    socket.send_fds(line, [greet(TAKE, {})], [nothing])
    os.close(nothing)
    await settle()
    assert drawer.done == []
    host.suspend()
    assert await hear(line) == "stop 0"


def full_pipe() -> int:
    """Return the end of a pipe that blocks who writes to it."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    OPEN.append(reading)
    return writing


def full_socket() -> int:
    """Return the end of a socket pair that blocks who writes to it."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            ours.send(b"x" * 4096)
    ours.setblocking(True)
    OPEN.append(theirs.detach())
    return ours.detach()


def null() -> int:
    return os.open(os.devnull, os.O_RDWR)


def plain_file() -> int:
    return os.open(__file__, os.O_RDONLY)


def connected() -> int:
    ours, theirs = socket.socketpair()
    OPEN.append(theirs.detach())
    return ours.detach()


def terminal_end() -> int:
    master, slave = os.openpty()
    OPEN.append(master)
    return slave


OPEN: list[int] = []
"""The other ends, until the test is over."""


@contextlib.contextmanager
def leaving_nothing_open() -> Iterator[None]:
    """See that no file is open afterwards that was not before; what other tests left may be closed meanwhile."""
    before = open_files()
    yield
    assert not open_files() - before


def open_files() -> Counter[str]:
    """Count the open files of this process by what they are."""
    descriptors = (f"/proc/self/fd/{each}" for each in os.listdir("/proc/self/fd"))
    return Counter(os.readlink(each) for each in descriptors if os.path.lexists(each))


@pytest.mark.parametrize(
    "makes",
    [
        (terminal_end, connected, full_pipe), (terminal_end, connected, full_socket), (null, connected, connected),
        (plain_file, connected, connected), (full_pipe, connected, connected), (terminal_end, null, connected),
        (terminal_end, plain_file, connected), (terminal_end, connected, null), (connected, connected, connected),
    ],
)  # fmt: skip
async def test_descriptors_of_another_kind_stop_nothing_and_throw_nobody_off(
    host: TerminalHost, state: Path, line: socket.socket, drawer: FakeDrawer, makes: Sequence[Callable[[], int]]
) -> None:
    with leaving_nothing_open():
        descriptors = [make() for make in makes]
        with send_to(state) as app:
            socket.send_fds(app, [greet(TAKE, {})], descriptors)
        await settle()
        for descriptor in (*descriptors, *OPEN):
            os.close(descriptor)
        OPEN.clear()
    assert drawer.done == []
    host.suspend()
    assert await hear(line) == "stop 0"


async def test_client_that_is_gone_leaves_the_app_that_stays(
    host: TerminalHost, state: Path, line: socket.socket, drawer: FakeDrawer
) -> None:
    host.playback_changed(Playback(status=PlayerStatus.PLAYING))
    line.close()
    await settle()
    assert not drawer.ended.is_set()
    with greeting(state, IF_LEFT) as (_, client):
        assert await hear(client) == "welcome"


async def test_end_is_told_with_its_status(host: TerminalHost, line: socket.socket) -> None:
    await host.close()
    host.end(1)
    line.setblocking(True)
    assert line.recv(100) == b"end 1\n"


async def test_terminal_can_be_left_before_the_integrations_start(
    line: socket.socket, state: Path, drawer: FakeDrawer
) -> None:
    host = TerminalHost(LINES.pop(line), state, stays=True, idle=60.0, options="")
    host.serve(drawer)
    assert host.leave()
    with greeting(state, IF_LEFT) as (_, client):
        assert await hear(client) == "welcome"
    await host.close()
    host.end(0)


async def test_a_thousand_that_attach_leave_nothing_behind(host: TerminalHost, state: Path) -> None:
    host.playback_changed(Playback(status=PlayerStatus.PLAYING))
    with greeting(state) as (_, client):
        await hear(client)
    host.leave()
    await settle()
    with leaving_nothing_open():
        for _ in range(1_000):
            with greeting(state) as (_, client):
                await hear(client)
                host.leave()
        await settle()


async def test_socket_is_gone_with_the_app(host: TerminalHost, state: Path) -> None:
    await host.close()
    folder = open_folder(may_make=False)
    assert line_names(folder, state) == []
    folder.close()


@pytest.mark.parametrize("is_unread", [False, True])
async def test_client_that_is_gone_ends_the_app_even_if_it_left_something_unread(
    is_unread: bool, line: socket.socket, state: Path, drawer: FakeDrawer
) -> None:
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
    host = TerminalHost(LINES.pop(line), state, stays=False, idle=0)
    host.serve(drawer)
    if is_unread:
        host.suspend()  # the connection is then reset, not closed
    line.close()
    await asyncio.wait_for(drawer.ended.wait(), PATIENCE)
    assert faults == []


async def test_client_that_reads_nothing_does_not_stop_the_app(
    line: socket.socket, state: Path, drawer: FakeDrawer
) -> None:
    ours = LINES.pop(line)
    host = TerminalHost(ours, state, stays=False, idle=0)
    host.serve(drawer)
    assert not ours.getblocking()
    with contextlib.suppress(BlockingIOError):
        while True:
            ours.send(b"x" * 4096)
    host.suspend()
    await host.close()


async def test_socket_that_cannot_be_made_is_an_error_that_leaves_nothing_open(
    line: socket.socket, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chmod(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    host = TerminalHost(LINES.pop(line), state, stays=True, idle=0)
    monkeypatch.setattr("os.chmod", chmod)
    with leaving_nothing_open():
        with pytest.raises(RemoteError, match="cannot be created: Operation not permitted") as raised:
            host.listen()
        assert raised.tb is not None  # it holds what the failed call held


async def test_who_does_not_read_the_answer_is_passed_over(
    host: TerminalHost, state: Path, drawer: FakeDrawer, line: socket.socket
) -> None:
    heard, answer = socket.socketpair()
    answer.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            answer.send(b"x" * 65_536)
    answer.setblocking(True)
    ours, theirs = socket.socketpair()
    with heard, ours, send_to(state) as app, a_terminal() as terminal:
        with answer, theirs:
            socket.send_fds(app, [greet(TAKE, {})], [terminal, theirs.fileno(), answer.fileno()])
        assert await hear(ours) == ""
    assert drawer.done == []


@pytest.mark.parametrize("way", [TAKE, IF_LEFT])
def test_greeting_is_read_as_it_was_sent(way: bytes) -> None:
    variables = {"TERM": "xterm", "LANG": "de_DE.UTF-8", "NO_COLOR": ""}
    assert read_greeting(greet(way, variables)) == (way, variables)


def test_greeting_has_only_the_variables_of_a_terminal() -> None:
    assert greet(TAKE, {"TERM": "xterm", "HOME": "/root", "AWS_SECRET_KEY": "x"}) == b"take\0TERM=xterm"


def test_greeting_with_other_variables_gives_none_of_them() -> None:
    assert read_greeting(b"take\0LD_PRELOAD=/tmp/x\0TERM=a=b\0\xff") == (TAKE, {"TERM": "a=b"})


def test_longest_greeting_is_below_the_limit() -> None:
    greeting = greet(IF_LEFT, dict.fromkeys(VARIABLES, "x" * 10_000))
    assert len(greeting) < GREETING_LIMIT
    assert all(value == "x" * 200 for value in read_greeting(greeting)[1].values())
