"""Remote control over real sockets: what a command does, who is not listened to, and whose app answers."""

import asyncio
import contextlib
import json
import os
import random
import select
import socket
import stat
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from scripts.json_shapes import SHAPES, fault
from tests.core.playback.test_handover import Others
from tests.fakes import START
from tests.integrations.test_player_api import Questions
from tests.patience import PATIENCE, cpu_limit, until
from tests.rooms import Room, make_room
from tests.test_any_bytes import changed
from tests.test_hygiene import COSTLY
from tui_pod.cli.parser import parse
from tui_pod.cli.remote import FIELDS, ask, describe, follow, make_request
from tui_pod.core.actions import key_of, render_keys
from tui_pod.core.errors import UsageError
from tui_pod.core.outcome import DONE, Outcome, refused
from tui_pod.core.playback.sleep_timer import SleepTimer
from tui_pod.core.player.changes import SyncEnded
from tui_pod.core.player.events import LoadFailed, PauseChanged
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.integrations import remote_server as remote
from tui_pod.integrations import remote_socket
from tui_pod.integrations.player_api import PlayerApi
from tui_pod.integrations.remote_server import LIMIT, RemoteControl, RequestError, parse_request, perform
from tui_pod.integrations.remote_socket import RemoteError, is_same_user, open_folder, socket_name

ROOT = Path(__file__).parents[2]

RUN_AND_LIST_MODULES = """
import sys
from tui_pod.cli.main import main
try:
    sys.exit(main())
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""


@pytest.fixture(autouse=True)
def runtime(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The runtime folder, which is not there yet."""
    folder = home / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder / "tui-pod"


@pytest.fixture
def state(home: Path) -> Path:
    """The state file of the app."""
    return home / "state.toml"


async def start(room: Room, state: Path) -> RemoteControl:
    """Return the running remote control of an app that listens in `room`."""
    control = RemoteControl(PlayerApi(room.controller), state)
    await control.start()
    room.broadcast.add(control)
    return control


@pytest.fixture
async def app(room: Room, state: Path) -> AsyncIterator[RemoteControl]:
    """The remote control of an app that listens in `room`."""
    control = await start(room, state)
    yield control
    await control.close()


async def answer(state: Path, **request: object) -> dict[str, object]:
    """Ask the app on a state file as a command does."""
    now = (await asyncio.to_thread(ask, state, request))[0]
    assert fault(now, SHAPES["now --follow" if request["command"] == "status" else "now"]) is None
    return now


async def send(runtime: Path, state: Path, content: bytes) -> bytes:
    """Send anything to the socket, and return what comes back until it is closed, which may be at once."""
    reader, writer = await asyncio.open_unix_connection(runtime / socket_name(state))
    try:
        writer.write(content)
        writer.write_eof()
        async with asyncio.timeout(PATIENCE):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def make_folder(path: Path, mode: int) -> None:
    """Make a folder of exactly this mode."""
    path.mkdir()
    path.chmod(mode)


def mode_of(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


def wait_for_app(descriptor: int | None, seconds: float | None) -> bool:
    """Wait for a line of the app; try again at once while there is none."""
    if descriptor is not None:
        select.select([descriptor], [], [])
    return True


@contextlib.asynccontextmanager
async def following(state: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, socket.socket]]:
    """Run `now --follow` unbuffered for the block, which reads from the socket a message for each write."""
    reading, writing = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    reading.setblocking(False)
    with reading, writing:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-u", "-m", "tui_pod", "now", "--follow", "--state", str(state),
            env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=writing.fileno(),
        )  # fmt: skip
        writing.close()
        try:
            yield process, reading
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def read(reading: socket.socket) -> bytes:
    """Return the next message, up to ten seconds later."""
    async with asyncio.timeout(PATIENCE):
        return await asyncio.get_running_loop().sock_recv(reading, 10_000)


async def run_command(*arguments: str, state: Path) -> tuple[int, str, str]:
    """Run a command in a process of its own; return its exit status, output and messages."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN_AND_LIST_MODULES, *arguments, "--state", str(state),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


# -- what commands do --------------------------------------------------------------------------------------


async def test_do_runs_an_action_and_answers_with_what_it_did(room: Room, state: Path) -> None:
    asked: list[str] = []

    def do(ident: str, episodes: Sequence[str], values: Mapping[str, str]) -> Outcome:
        asked.append(" ".join((ident, *episodes, *(f"{name}={value}" for name, value in values.items()))))
        return {"undo": Outcome("Undid: a mark"), "redo": refused(f"Press {key_of('undo')} first.")}.get(ident, DONE)

    control = RemoteControl(PlayerApi(room.controller), state, do, render_keys)
    await control.start()
    for action, answered in (("undo", "Undid: a mark."), ("playback.mute", ""), ("playback.toggle", "")):
        request: dict[str, object] = {"command": "do", "action": action}
        assert (await asyncio.to_thread(ask, state, request))[1] == answered
    with pytest.raises(RemoteError, match=r"^Press u first\.$"):
        await answer(state, command="do", action="redo")
    await answer(state, command="do", action="queue.add_last", episodes=["one", "two"])
    for wrong in (["one", "gone"], "one", [1]):
        with pytest.raises(RemoteError):
            await answer(state, command="do", action="queue.add_last", episodes=wrong)
    assert asked == ["undo", "playback.mute", "redo", "queue.add_last one two"]
    assert room.playing == "one"  # `toggle` is the same request by another name
    await control.close()


async def test_status_has_all_fields_of_status_lines(app: RemoteControl, room: Room, state: Path) -> None:
    room.play("one", 42)
    room.controller.set_sleep(SleepTimer(600.0))
    room.controller.queue_last(["two"])
    now = await answer(state, command="status")
    assert tuple(sorted(now)) == tuple(sorted(FIELDS)) == tuple(sorted(SHAPES["now --follow"]))
    assert fault(dict.fromkeys(FIELDS), SHAPES["now --follow"]) is None
    assert (now["position"], now["left"], now["topic"], now["sleep"], now["queue"]) == (42, 58, "Numbers", 600, 1)
    assert (now["podcast"], now["session"], now["synced"], now["paused"]) == (None, None, None, False)


async def test_follower_gets_a_line_at_each_change_and_none_without(
    app: RemoteControl, room: Room, runtime: Path, state: Path
) -> None:
    reader, writer = await asyncio.open_unix_connection(runtime / socket_name(state))
    writer.write(b'{"command": "follow"}\n')

    async def read() -> dict[str, object]:
        async with asyncio.timeout(PATIENCE):
            return json.loads(await reader.readline())["now"]  # type: ignore[no-any-return]

    assert (await read())["id"] is None
    room.play("one", 0.75)
    assert [(now["id"], now["position"]) for now in [await read()]] == [("one", 0)]
    room.player.play(0.5)
    assert (await read())["position"] == 1
    room.controller.toggle_pause()
    assert (await read())["paused"] is True
    room.controller.set_sleep(SleepTimer(600.0))
    assert (await read())["sleep"] == 600
    writer.close()


async def test_follower_gets_a_line_after_each_sync(room: Room, runtime: Path, state: Path) -> None:
    times = [None, START, START + timedelta(minutes=1)]
    control = RemoteControl(PlayerApi(room.controller, lambda: times[0]), state)
    await control.start()
    room.broadcast.add(control)
    reader, writer = await asyncio.open_unix_connection(runtime / socket_name(state))
    writer.write(b'{"command": "follow"}\n')
    for time in tuple(times):
        async with asyncio.timeout(PATIENCE):
            now = json.loads(await reader.readline())["now"]
        assert now["synced"] == (None if time is None else time.isoformat(timespec="seconds"))
        times.pop(0)
        if times:
            room.broadcast.show(SyncEnded())
    writer.close()
    await control.close()


async def test_followers_of_one_app_do_not_miss_each_others_changes(
    app: RemoteControl, room: Room, state: Path
) -> None:
    seen: list[list[object]] = [[], []]

    def watch(number: int) -> None:
        for now in follow(state, wait_for_app):
            seen[number].append(now["id"])
            if now["id"] is not None:
                return

    watching = [asyncio.create_task(asyncio.to_thread(watch, number)) for number in (0, 1)]
    await until(lambda: all(seen), "both follow")
    room.play("one", 1)
    await asyncio.gather(*watching)
    assert [ids[-1] for ids in seen] == ["one", "one"]


async def test_follower_waits_for_an_app_and_survives_its_end(room: Room, state: Path) -> None:
    found: list[object] = []
    control = await start(room, state)
    room.play("one", 1)

    def watch() -> None:
        for now in follow(state, wait_for_app):
            if not found or found[-1] != now["id"]:
                found.append(now["id"])
            if found == ["one", None, "one"]:
                return

    watching = asyncio.create_task(asyncio.to_thread(watch))
    await until(lambda: found == ["one"], "it follows")
    await control.close()
    await until(lambda: found == ["one", None], "it waits")
    control = await start(room, state)
    await watching
    await control.close()


async def test_each_line_of_follow_is_one_write(app: RemoteControl, room: Room, state: Path) -> None:
    async with following(state) as (_, reading):
        assert await read(reading) == b"\n"
        room.play("one", 0)
        assert await read(reading) == b"Playing: One, 0 seconds of 1 minute 40, volume 80.\n"


@pytest.mark.parametrize("is_running", [True, False])
async def test_follow_ends_once_nobody_reads_it(room: Room, state: Path, is_running: bool) -> None:
    control = await start(room, state) if is_running else None
    async with following(state) as (process, reading):
        await read(reading)
        reading.close()
        async with asyncio.timeout(PATIENCE):
            assert await process.wait() == 0
    if control is not None:
        await control.close()


async def test_now_prints_a_format(app: RemoteControl, room: Room, state: Path) -> None:
    room.play("one", 42)
    status, out, _ = await run_command("now", "--format", "{paused} {title} −{left}", state=state)
    assert (status, out) == (0, "▶ One −0:58\n")
    status, out, err = await run_command("now", "--format", "{title.x} {nothing}", state=state)
    assert (status, out) == (2, "")
    assert "there is no field title.x" in err


async def test_play_toggle_next_and_previous_answer_with_what_plays(
    app: RemoteControl, room: Room, state: Path
) -> None:
    for request, episode, is_paused in (
        ({"command": "play", "episode": "two"}, "two", False),
        ({"command": "toggle"}, "two", True),
        ({"command": "toggle"}, "two", False),
        ({"command": "next"}, "three", False),
        ({"command": "previous"}, "two", False),
    ):
        now = await answer(state, **request)
        assert (now["id"], now["paused"]) == (episode, is_paused)
    assert room.status is PlayerStatus.PLAYING


async def test_pause_answers_once_the_player_has_paused(
    app: RemoteControl, room: Room, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.play("one", 10)
    load = room.controller.playback.load

    def pause_later(is_paused: bool) -> None:
        asyncio.get_running_loop().call_later(0.05, room.controller.handle, PauseChanged(load, is_paused))

    monkeypatch.setattr(room.player, "set_paused", pause_later)
    assert (await answer(state, command="pause"))["paused"] is True
    assert room.status is PlayerStatus.PAUSED


@pytest.mark.parametrize(
    ("request_", "key", "value"),
    [
        ({"command": "seek", "by": -10}, "position", 20.0),
        ({"command": "seek", "by": 30}, "position", 60.0),
        ({"command": "seek", "to": 65}, "position", 65.0),
        ({"command": "seek", "to": 99}, "position", 95.0),  # no further than where it counts as played
        ({"command": "speed", "to": 1.5}, "speed", 1.5),
        ({"command": "speed", "by": 0.1}, "speed", 1.1),
        ({"command": "speed", "to": 3}, "speed", 3.0),
        ({"command": "volume", "to": 30}, "volume", 30),
        ({"command": "volume", "by": 5}, "volume", 85),
        ({"command": "volume", "by": -900}, "volume", 0),
    ],
)
async def test_change_is_done_by_listening_and_answered(
    app: RemoteControl, room: Room, state: Path, request_: dict[str, object], key: str, value: object
) -> None:
    room.play("one", 30)
    assert (await answer(state, **request_))[key] == value


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"command": "play", "episode": "nowhere"}, "no episode “nowhere”"),
        ({"command": "seek", "by": 5}, "Nothing is playing"),
        ({"command": "next"}, "Nothing comes next"),
        ({"command": "explode"}, "no such command"),
        ({}, "no such command"),
    ],
)
async def test_wish_that_cannot_be_done_says_why(
    app: RemoteControl, state: Path, request_: dict[str, object], reason: str
) -> None:
    with pytest.raises(RemoteError, match=reason):
        await answer(state, **request_)


async def test_play_of_what_cannot_be_opened_says_why(
    app: RemoteControl, room: Room, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading = asyncio.Event()
    monkeypatch.setattr(room.listener, "playback_changed", lambda _: loading.set())
    room.sources.is_holding = True
    asking = asyncio.create_task(answer(state, command="play", episode="one"))
    await loading.wait()
    room.controller.handle(LoadFailed(room.controller.playback.load, "The file is gone."))
    with pytest.raises(RemoteError, match="The file is gone"):
        await asking


async def test_command_prints_json_and_nothing_else(app: RemoteControl, room: Room, state: Path) -> None:
    room.play("one", 12)
    status, out, err = await run_command("now", "--json", state=state)
    assert (status, json.loads(out)) == (0, PlayerApi(room.controller).now())
    assert len(err.splitlines()) == 1  # the modules that the script lists
    assert not {name.partition(".")[0] for name in err.split()} & (COSTLY | {"asyncio"})


@pytest.mark.parametrize(("command", "said"), [("next", "playing"), ("toggle", "paused"), ("now", "playing")])
async def test_command_says_that_something_plays_in_place_of_the_episode(
    app: RemoteControl, room: Room, state: Path, command: str, said: str
) -> None:
    room.controller.interlude = Questions()
    status, out, _ = await run_command(command, state=state)
    assert (status, out) == (0, f"Samples or questions are {said}.\n")


async def test_command_without_json_is_a_line_to_read_aloud(app: RemoteControl, room: Room, state: Path) -> None:
    room.play("three", 42)
    status, out, _ = await run_command("speed", "+0.25", state=state)
    assert (status, out) == (0, "Playing: Three, 42 seconds of 5 minutes, speed 1.25, volume 80.\n")


@pytest.mark.parametrize("command", ["toggle", "play one", "next", "seek -10", "speed 2", "volume +5", "now --json"])
async def test_command_with_no_app_is_one_line_and_exit_1(state: Path, command: str) -> None:
    status, out, err = await run_command(*command.split(), state=state)
    said = err.splitlines()[:-1]
    assert (status, out, said) == (1, "", [f"tui-pod: {remote_socket.NOBODY}"])


@pytest.mark.parametrize("command", ["seek", "seek soon", "speed fast", "speed nan", "volume --loud", "volume 1e5"])
async def test_command_with_no_number_is_wrong_usage(state: Path, command: str) -> None:
    status, out, _ = await run_command(*command.split(), state=state)
    assert (status, out) == (2, "")


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["seek", "+30"], {"command": "seek", "by": 30.0}),
        (["seek", "+1:30"], {"command": "seek", "by": 90.0}),
        (["seek", "42"], {"command": "seek", "to": 42.0}),
        (["seek", "1:02:03"], {"command": "seek", "to": 3723.0}),
        (["seek", "-99:00"], {"command": "seek", "by": -5940.0}),
        (["seek", "-1:02:03", "--json"], {"command": "seek", "by": -3723.0}),
        (["seek", "--json", "-10"], {"command": "seek", "by": -10.0}),
        (["seek", "-.5"], {"command": "seek", "by": -0.5}),
        (["seek", "--", "-0:30"], {"command": "seek", "by": -30.0}),
        (["speed", "-0.1"], {"command": "speed", "by": -0.1}),
        (["volume", "-5"], {"command": "volume", "by": -5.0}),
    ],
    ids=str,
)
def test_number_or_time_is_by_its_sign_and_no_option(words: list[str], asked: dict[str, object]) -> None:
    assert make_request(parse(["--state", "s.toml", *words])) == asked


@pytest.mark.parametrize("position", ["-99:99", "-1e5", "-5x"])
async def test_negative_position_that_is_invalid_is_told_as_such(position: str, state: Path) -> None:
    status, out, err = await run_command("seek", position, state=state)
    assert (status, out) == (2, "")
    assert err.startswith(f"tui-pod seek: “{position}” is not a position such as 1:05")


def test_description_names_the_podcast_or_says_that_nothing_plays() -> None:
    assert describe({"id": None}) == "Nothing is playing."
    now: dict[str, object] = {"id": "x", "title": "Storm", "podcast": "Sea Tales", "position": 5, "duration": 60}
    assert describe(now | {"speed": 1.0, "volume": 80}).startswith("Playing: Storm, Sea Tales, 5 seconds of 1 minute")


def test_description_of_hostile_values_is_one_clean_line() -> None:
    now: dict[str, object] = {
        "id": "x",
        "title": "a\x1b]2;b\x07\nc",
        "podcast": "\x1b[2J",
        "duration": [],
        "speed": "\x1b[2J",
        "volume": {},
    }
    said = describe(now)
    assert "\x1b" not in said
    assert "\n" not in said


# -- who is not listened to --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\xff\xfe\x00\n",
        b'{"command": "seek", "to": ' + b"9" * 7000 + b"}\n",
        b'{"command": "volume", "to": "loud"}\n',
        b'{"command": "play", "episode": {"a": 1}}\n',
        b'{"command": ["toggle"]}\n',
        b'{"command": "to',
        b"A" * 100_000,
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=lambda content: repr(content[:30]),
)
async def test_hostile_request_changes_nothing_and_the_next_is_answered(
    app: RemoteControl, room: Room, runtime: Path, state: Path, content: bytes
) -> None:
    room.play("one", 30)
    before = room.controller.playback
    found = await send(runtime, state, content)
    assert all("error" in json.loads(line) for line in found.splitlines())
    assert room.controller.playback == before
    assert (await answer(state, command="now"))["id"] == "one"


REQUESTS = (
    b'{"command": "play", "episode": "one"}\n', b'{"command": "seek", "to": 10}\n{"command": "seek", "by": -5}\n',
    b'{"command": "status"}\n', b'{"command": "volume", "to": 80}\n', b'{"command": "do", "id": "playback.toggle"}\n',
    b'{"command": "do", "id": "playback.speed", "episodes": ["one"], "values": {"speed": "1.5"}}\n',
)  # fmt: skip


@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("count", [40, pytest.param(10_000, marks=pytest.mark.nightly)])
async def test_drawn_request_is_answered_or_refused_and_so_is_the_next(
    app: RemoteControl, room: Room, runtime: Path, state: Path, count: int
) -> None:
    first = 0 if count < 100 else random.randrange(1 << 30)
    for seed in range(first, first + count):
        chance = random.Random(seed)
        content = changed(chance.choice(REQUESTS), chance)
        at, size = chance.randrange(len(content) + 1), chance.randint(1, 40)
        content = content[:at] + content[at : at + size] * 10 ** chance.randrange(5) + content[at:]
        with cpu_limit(10, f"seed {seed}"):
            found = await send(runtime, state, content)
        assert all(isinstance(json.loads(line), dict) for line in found.splitlines()), seed
        assert "error" not in await answer(state, command="now"), seed


async def test_lone_surrogate_in_an_id_is_answered(app: RemoteControl, runtime: Path, state: Path) -> None:
    found = await send(runtime, state, b'{"command": "play", "episode": "\\ud800"}\n')
    assert "no episode" in json.loads(found)["error"]


async def test_several_requests_on_one_connection_are_answered_in_order(
    app: RemoteControl, room: Room, runtime: Path, state: Path
) -> None:
    room.play("one", 30)
    found = await send(runtime, state, b'{"command": "seek", "to": 10}\n{"command": "seek", "by": 5}\n')
    assert [json.loads(line)["now"]["position"] for line in found.splitlines()] == [10.0, 15.0]


async def test_silent_client_is_hung_up_on(
    app: RemoteControl, runtime: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "PATIENCE", 0.05)
    reader, writer = await asyncio.open_unix_connection(runtime / socket_name(state))
    writer.write(b'{"comm')
    async with asyncio.timeout(PATIENCE):
        assert await reader.read() == b""
    writer.close()


async def test_silent_clients_by_the_hundred_keep_no_command_out(
    app: RemoteControl, runtime: Path, state: Path
) -> None:
    idle = [await asyncio.open_unix_connection(runtime / socket_name(state)) for _ in range(200)]
    assert "id" in await answer(state, command="now")
    for _, writer in idle:
        writer.close()


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def other_app(runtime: Path, state: Path, serve: Serve) -> AsyncIterator[None]:
    """Have something else answer in place of the app for the block."""
    open_folder(may_make=True).close()
    server = await asyncio.start_unix_server(serve, runtime / socket_name(state))
    yield
    server.close()


@pytest.mark.parametrize(("content", "said"), [(b"", "hung up"), (b'{"now": 7}\n', "has another version")])
async def test_app_that_hangs_up_or_gives_no_answer_is_not_said_to_be_gone(
    runtime: Path, state: Path, content: bytes, said: str
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(content)
        writer.close()

    async with other_app(runtime, state, serve):
        with pytest.raises(RemoteError, match=said):
            await answer(state, command="now")


async def test_app_that_answers_a_byte_at_a_time_is_not_waited_for(
    runtime: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.cli.remote.PATIENCE", 0.2)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        hung_up = asyncio.create_task(reader.read())
        with contextlib.suppress(ConnectionError):
            for _ in range(200):
                writer.write(b" ")
                await writer.drain()
                if (await asyncio.wait([hung_up], timeout=0.01))[0]:
                    break
        writer.close()

    async with other_app(runtime, state, drip):
        with pytest.raises(RemoteError, match="does not answer"):
            await answer(state, command="now")


async def test_another_user_is_not_listened_to(
    app: RemoteControl, room: Room, runtime: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.play("one", 30)
    monkeypatch.setattr("os.geteuid", lambda: 4_242)
    found = await send(runtime, state, b'{"command": "pause"}\n')
    assert found == b""
    assert room.status is PlayerStatus.PLAYING


@pytest.mark.skipif(not hasattr(socket, "SO_PEERCRED"), reason="this system does not tell who is at the other end")
def test_peer_of_the_same_user_is_known() -> None:
    here, there = socket.socketpair()
    with here, there:
        assert is_same_user(here)


# -- the folder and the socket -----------------------------------------------------------------------------


async def test_folder_and_socket_are_nobody_elses(app: RemoteControl, runtime: Path, state: Path) -> None:
    assert (mode_of(runtime), mode_of(runtime / socket_name(state))) == (0o700, 0o600)
    assert os.listdir(runtime) == [socket_name(state)]


async def test_open_folder_is_closed_to_others(room: Room, runtime: Path, state: Path) -> None:
    make_folder(runtime, 0o777)
    control = await start(room, state)
    assert mode_of(runtime) == 0o700
    await control.close()


def test_folder_of_another_user_is_refused(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_folder(may_make=True).close()
    monkeypatch.setattr("os.geteuid", lambda: 4_242)
    with pytest.raises(RemoteError):
        open_folder(may_make=True)


def test_folder_that_others_can_write_is_no_place_to_ask(runtime: Path, state: Path) -> None:
    make_folder(runtime, 0o777)
    with pytest.raises(RemoteError, match="chmod 700"):
        ask(state, {"command": "now"})


@pytest.mark.parametrize("kind", ["link", "file"])
def test_folder_that_is_none_is_refused(runtime: Path, home: Path, kind: str) -> None:
    (home / "elsewhere").mkdir(mode=0o700)
    runtime.symlink_to(home / "elsewhere") if kind == "link" else runtime.write_text("")
    with pytest.raises(RemoteError, match="cannot be used"):
        open_folder(may_make=True)
    assert not os.listdir(home / "elsewhere")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="addresses go through the open folder on Linux only")
async def test_path_longer_than_an_address_still_works(
    room: Room, home: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = home / ("d" * 120)
    make_folder(deep, 0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    control = await start(room, state)
    assert (await answer(state, command="now"))["id"] is None
    await control.close()


def test_socket_name_is_the_same_by_link_and_other_for_another_state(home: Path, state: Path) -> None:
    state.write_text("")
    link = home / "link.toml"
    link.symlink_to(state)
    assert socket_name(link) == socket_name(state) != socket_name(home / "other.toml")


async def test_socket_of_a_dead_app_is_replaced(room: Room, runtime: Path, state: Path) -> None:
    make_folder(runtime, 0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(runtime / socket_name(state)))
    control = await start(room, state)
    assert (await answer(state, command="now"))["id"] is None
    await control.close()
    assert not os.listdir(runtime)


async def test_apps_on_two_states_are_reached_apart(app: RemoteControl, room: Room, state: Path, home: Path) -> None:
    other_room, other_state = make_room(), home / "other.toml"
    other = await start(other_room, other_state)
    room.play("one", 5)
    other_room.play("two", 5)
    assert [(await answer(path, command="now"))["id"] for path in (state, other_state)] == ["one", "two"]
    await other.close()


async def test_last_app_started_answers(app: RemoteControl, room: Room, state: Path) -> None:
    younger_room = make_room()
    room.play("one", 5)
    younger_room.play("two", 5)
    younger = await start(younger_room, state)
    assert (await answer(state, command="now"))["id"] == "two"
    await younger.close()
    with pytest.raises(RemoteError, match="No tui-pod is running"):
        await answer(state, command="now")


async def test_first_app_leaves_the_youngers_socket_alone(room: Room, runtime: Path, state: Path) -> None:
    older, younger = await start(room, state), await start(make_room(), state)
    inode = (runtime / socket_name(state)).stat().st_ino
    await older.close()
    assert (runtime / socket_name(state)).stat().st_ino == inode
    assert (await answer(state, command="now"))["id"] is None
    await younger.close()


# -- requests without a socket -----------------------------------------------------------------------------


def test_answer_waits_for_what_the_player_is_to_do(room: Room) -> None:
    api = PlayerApi(room.controller)
    assert perform(api, {"command": "play"})[1] is False
    assert perform(api, {"command": "toggle"})[1] is True
    assert perform(api, {"command": "toggle"})[1] is False
    assert perform(api, {"command": "pause"})[1] is True
    for command in ("now", "status", "next", "previous"):
        assert perform(api, {"command": command})[1] is None


def test_answer_waits_for_no_player_while_questions_are_asked_aloud(room: Room) -> None:
    api = PlayerApi(room.controller)
    room.controller.interlude = Questions()
    for command in ("play", "toggle", "next"):
        assert perform(api, {"command": command})[1] is None
    assert perform(api, {"command": "play", "episode": "two"})[1] is False


@pytest.mark.parametrize(
    ("command", "values"),
    [("speed", (9, 0.1, LIMIT)), ("volume", (201, -1, -LIMIT)), ("seek", (-1, 101, LIMIT))],
)
async def test_value_out_of_range_is_refused_as_wrong_usage_and_changes_nothing(
    app: RemoteControl, room: Room, state: Path, command: str, values: tuple[float, ...]
) -> None:
    room.play("one", 10)
    before = room.controller.playback
    for value in values:
        with pytest.raises(UsageError, match=r"goes from .* to"):
            await answer(state, command=command, to=value)
    assert room.controller.playback == before
    perform(PlayerApi(room.controller), {"command": "volume", "by": LIMIT})
    with pytest.raises(RequestError, match="from 0 to 200"):
        perform(PlayerApi(room.controller), {"command": "volume", "by": 1})


async def test_play_answers_with_what_it_started_once_the_other_machines_have_answered(
    app: RemoteControl, room: Room, state: Path
) -> None:
    others = Others(room)
    asked = asyncio.ensure_future(answer(state, command="play", episode="three"))
    await until(lambda: others.asked, "the other machines are asked")
    others.answer()
    now = await asked
    assert (now["id"], now["paused"]) == ("three", False)


@pytest.mark.parametrize("number", [LIMIT + 1, -LIMIT - 1, True, None, "1", float("nan")])
def test_what_is_no_number_or_too_large_is_refused(room: Room, number: object) -> None:
    with pytest.raises(RequestError, match="must be a number"):
        perform(PlayerApi(room.controller), {"command": "volume", "to": number})


def test_action_is_no_request_where_there_are_none(room: Room) -> None:
    with pytest.raises(RequestError, match="no such command"):
        perform(PlayerApi(room.controller), {"command": "do", "action": "undo"})


@pytest.mark.parametrize("line", [b"", b"7", b"[]", b"{", b"\xff", b"[" * 100_000, b'"toggle"'])
def test_line_without_an_object_is_no_request(line: bytes) -> None:
    with pytest.raises(RequestError, match="one JSON object"):
        parse_request(line)
