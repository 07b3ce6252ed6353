"""The plain program: what it says over fakes, and the whole of it over pipes and a terminal with the real player."""

import asyncio
import contextlib
import fcntl
import io
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import wave
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

import pytest

from tests import patience
from tests.app_driver import ServicesOver
from tests.fakes import START
from tests.indexed import indexed_search
from tests.patience import PATIENCE
from tests.rooms import Room, make_room
from tests.test_hygiene import COSTLY, RUN_COMMAND
from tui_pod.config.reader import parse_config
from tui_pod.core.actions import ACTIONS, BY_ID
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.ports import Ports
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import ListQuery, Orders
from tui_pod.core.selection.session_planner import Summary
from tui_pod.plain.program import PlainProgram
from tui_pod.services.first_screen import FirstScreen, with_last_played
from tui_pod.services.frontend import Job, LoginQuestion
from tui_pod.services.search import SearchService
from tui_pod.services.tasks import NOTHING_TO_STOP
from tui_pod.state.store import StateFile

ROOT = Path(__file__).parents[2]

BASIC = ListQuery(entry=1)
"""The topic of one, two, three, four and five."""


SHIPS = Transcript((Cue("A lighthouse stands there.", 30.0, 36.0), Cue("Nobody keeps it.", 40.0, 44.0)))


class RoomServices(ServicesOver):
    """The services over a room, with the settings of a file."""

    def __init__(self, room: Room, query: ListQuery = BASIC, config: str = "") -> None:
        controller, index = room.controller, room.progress_index
        playback = with_last_played(controller.playback, room.library, index)
        super().__init__(FirstScreen(room.library, index, Orders(), controller.queue, playback, query))
        settings, _ = parse_config(config, Path("c"))
        self.first = self.first._replace(settings=settings)
        self.room = room

    def make_controller(self) -> PlaybackController:
        room, first = self.room, self.first
        ports = Ports(room.player, room.sources, room.writer, self.frontend, room.clock, "run")
        kept = Notebook(tuple(room.controller.bookmarks))
        room.controller = PlaybackController(
            room.library,
            room.progress_index,
            ports,
            queue=first.queue,
            playback=room.controller.playback,
            notebook=kept,
        )
        for fake in (room.player, room.sources, room.writer):
            fake.emit = room.controller.handle
        return room.controller

    @cached_property
    def search(self) -> SearchService:
        return indexed_search(self.context, self.reader, self.bookmarks, self.library, {"three": SHIPS})


def make_program(services: RoomServices, descriptor: int, output: TextIO) -> PlainProgram:
    """Return the program over services that tell it everything."""
    services.frontend = program = PlainProgram(services.lifetime, descriptor, output)
    return program


class Typist:
    """Types lines into a running plain program, and listens."""

    def __init__(self, descriptor: int, output: io.StringIO) -> None:
        self._descriptor = descriptor
        self._output = output

    @property
    def said(self) -> str:
        """All that the program has said."""
        return self._output.getvalue()

    @property
    def lines(self) -> list[str]:
        """The same, line by line."""
        return self.said.splitlines()

    async def type(self, *lines: str, until_said: str = "") -> None:
        """Type lines, and wait until something is said to them."""
        former = len(self.said)
        os.write(self._descriptor, "".join(f"{line}\n" for line in lines).encode())
        await until(lambda: until_said in self.said[former:])


@contextlib.asynccontextmanager
async def typing(services: RoomServices) -> AsyncGenerator[Typist, None]:
    """Run the plain program, which has greeted; no more lines follow those typed in the block."""
    reading, writing = os.pipe()
    output = io.StringIO()
    running = asyncio.create_task(make_program(services, reading, output).run_on_loop())
    await until(lambda: bool(output.getvalue()))
    yield Typist(writing, output)
    os.close(writing)
    async with asyncio.timeout(PATIENCE):
        await running
    os.close(reading)


async def run(services: RoomServices, *lines: str) -> list[str]:
    """Type lines into the plain program until they end; return what it said after its greeting."""
    async with typing(services) as typist:
        await typist.type(*lines)
    return typist.lines[3:]


# -- what it says ------------------------------------------------------------------------------------------


async def test_start_says_what_there_is_and_where_one_is(room: Room) -> None:
    output = io.StringIO()
    program = make_program(RoomServices(room), os.open(os.devnull, os.O_RDONLY), output)
    await program.run_on_loop()
    first, listed, here = output.getvalue().splitlines()
    assert re.fullmatch(r"tui-pod\. \d+ episodes, 0 played\. Press question mark for help\.", first)
    assert (listed, here) == ("Basics, 5 episodes, newest first.", "1 of 5. One. 1 minute 40.")


async def test_episode_says_how_far_one_is_with_it() -> None:
    room = make_room(progress={"one": Progress(START, 42.0), "two": Progress(START, played=True)})
    assert (await run(RoomServices(room), "g", "j", "G", "k"))[:2] == [
        "1 of 5. One. Started, 42 seconds of 1 minute 40.",
        "2 of 5. Two. Played, 3 minutes 20.",
    ]


async def test_end_of_an_episode_says_the_next(room: Room) -> None:
    services = RoomServices(room)
    async with typing(services) as typist:
        await typist.type("")
        await until(lambda: room.status is PlayerStatus.PLAYING)
        room.player.play(100)
    assert typist.lines[-1] == "Playing: Two. 3 minutes 20."
    assert room.progress("one").played


async def test_notices_name_the_keys_of_a_keymap_as_a_voice_reads_them(room: Room) -> None:
    keys = '[keys]\n"app.help" = "F1"\n"search.start" = "S"\n"session.plan" = "alt+s"\n'
    said = await run(RoomServices(room, config=keys), "$", "n")
    assert said[:2] == [
        "That key does nothing. Press f1 for help.",
        "No search yet: press capital S and type what to look for.",
    ]


_REPLACED = re.compile(r"^\| `([a-z_.]+)` \|", re.MULTILINE)
"""An action in the table of the docs."""


async def test_every_action_works_or_has_a_replacement_in_the_docs(room: Room) -> None:
    services = RoomServices(room)
    program = make_program(services, os.open(os.devnull, os.O_RDONLY), io.StringIO())
    await program.run_on_loop()
    replaced = set(_REPLACED.findall((ROOT / "docs" / "manual" / "plain.md").read_text("utf-8")))
    known = program.known
    assert {action.id for action in ACTIONS} - known == replaced
    assert known <= set(BY_ID)


async def test_key_that_does_nothing_drops_what_follows_at_once(room: Room) -> None:
    assert await run(RoomServices(room), "€jj", "j") == [
        "That key does nothing. Press question mark for help.",
        "2 of 5. Two. 3 minutes 20.",
    ]


async def test_escape_cancels_a_question(room: Room) -> None:
    assert (await run(RoomServices(room), "/", "\x1b", "j"))[1:] == ["Cancelled.", "2 of 5. Two. 3 minutes 20."]


async def test_detaching_is_refused_with_a_way_to_do_it(room: Room) -> None:
    (said,) = await run(RoomServices(room), "ctrl+backslash")
    assert "tmux" in said


@pytest.mark.parametrize(
    ("verbosity", "said"),
    [
        ("brief", "Two. 3 minutes 20."),
        ("usual", "2 of 2. Two. 3 minutes 20."),
        ("full", "2 of 2. Two. 3 minutes 20. About two."),
    ],
)
async def test_verbosity_decides_how_much_a_row_says(verbosity: str, said: str) -> None:
    room = make_room([Episode(ident, ident.title(), f"About {ident}.", 200.0) for ident in ("one", "two")])
    services = RoomServices(room, ListQuery(entry=0), f'[ui]\nverbosity = "{verbosity}"\n')
    assert (await run(services, "j"))[-1] == said


async def test_brief_program_names_no_keys_and_no_work(room: Room) -> None:
    services = RoomServices(room, config='[ui]\nverbosity = "brief"\n')
    output = io.StringIO()
    program = make_program(services, os.open(os.devnull, os.O_RDONLY), output)
    await program.run_on_loop()
    program.work_changed({"refresh": Job("refreshing 0/1", None, lambda: None)})
    program.work_changed({})
    assert output.getvalue().splitlines()[0] == f"tui-pod. {len(room.library)} episodes, 0 played."
    assert "efreshing" not in output.getvalue()


async def test_hostile_titles_are_one_clean_line_each(room: Room) -> None:
    said = await run(RoomServices(room, ListQuery(entry=0)), *("j" for _ in room.library.ids))
    assert len(said) == len(room.library)
    assert not [line for line in said if re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2500-\u259f]", line)]


# -- the whole program -------------------------------------------------------------------------------------


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until something is so."""
    await patience.until(condition, "it is so")


@pytest.fixture
def catalog(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of two recordings of a minute of silence, and a runtime folder."""
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    with wave.open(str(home / "silence.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(b"\0\0" * 8_000 * 60)
    path = home / "catalog.toml"
    entries = [f'[[episodes]]\nid = "{name}"\ntitle = "{name.title()}"\naudio = "silence.wav"\nduration = 60\n'
               for name in ("first", "second")]  # fmt: skip
    path.write_text("version = 1\n" + "".join(entries))
    return path


def command(catalog: Path, *more: str) -> list[str]:
    """Return the command that starts the program on a catalogue."""
    state = str(catalog.parent / "state.toml")
    return [sys.executable, "-m", "tui_pod", *more, "--catalog", str(catalog), "--state", state, "--ao", "null"]


def completed(catalog: Path, *more: str, **how: Any) -> subprocess.CompletedProcess[str]:
    """Run the program on a catalogue to its end."""
    return subprocess.run(command(catalog, *more), capture_output=True, text=True, check=False, timeout=60, **how)


def saved(catalog: Path, episode: str) -> float:
    """Return the position that the state file and its journal hold of an episode."""
    return StateFile(catalog.parent / "state.toml").load().progress[episode].position


class Terminal:
    """The plain program in a terminal that cannot move its cursor."""

    def __init__(self, catalog: Path) -> None:
        self.master, slave = pty.openpty()
        self.modes = termios.tcgetattr(slave)
        self.program = subprocess.Popen(
            command(catalog, "--plain"), stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={**os.environ, "TERM": "dumb"},
        )  # fmt: skip
        self.slave = slave
        self.seen = self.said = ""

    def send(self, keys: str) -> None:
        """Press keys."""
        os.write(self.master, keys.encode())

    def wait(self, text: str, limit: float = 30.0) -> None:
        """Wait until a text has been said after what was waited for before."""
        end = time.monotonic() + limit
        while text not in self.seen:
            if not select.select([self.master], [], [], max(0.0, end - time.monotonic()))[0]:
                raise AssertionError(f"{text!r} was never said, but: {self.seen!r}")
            try:
                part = os.read(self.master, 65_536)
            except OSError:
                raise AssertionError(f"it ended before {text!r}: {self.seen!r}") from None
            assert b"\x1b" not in part
            self.seen += part.decode()
            self.said += part.decode()
        self.seen = self.seen.partition(text)[2]

    def end(self, limit: float = 10.0) -> int:
        """Wait for the end of the program; return its exit status."""
        with contextlib.suppress(OSError):
            while select.select([self.master], [], [], 0)[0] and os.read(self.master, 65_536):
                pass
        return self.program.wait(limit)


@pytest.fixture
def terminal(catalog: Path) -> Iterator[Terminal]:
    """The program, greeted."""
    opened = Terminal(catalog)
    yield opened
    if opened.program.poll() is None:
        opened.program.kill()
        opened.program.wait(PATIENCE)
    for descriptor in (opened.master, opened.slave):
        with contextlib.suppress(OSError):
            os.close(descriptor)


def test_terminal_hears_single_keys_and_saves_at_quit(terminal: Terminal, catalog: Path) -> None:
    terminal.wait("1 of 2. First. 1 minute.")
    terminal.send("j")
    terminal.wait("2 of 2. Second. 1 minute.")
    terminal.send("\r")
    terminal.wait("Playing: Second.")
    terminal.send(".")
    terminal.wait("At 30 seconds of 1 minute.")
    terminal.send(" ")
    terminal.wait("Paused, ")
    terminal.send("q")
    assert terminal.end() == 0
    assert 29 <= saved(catalog, "second") < 40
    assert termios.tcgetattr(terminal.slave) == terminal.modes


def test_terminal_asks_echoes_completes_and_breaks_lines_between_words(terminal: Terminal) -> None:
    terminal.wait("1 of 2.")
    for end in ("escape", "control c"):
        terminal.send("/")
        terminal.wait("Search in title, summary or topic:")
        terminal.send("j")
        terminal.wait("j")
        if end == "escape":
            terminal.send("\x1b")
        else:
            terminal.program.send_signal(signal.SIGINT)
        terminal.wait("Cancelled.")
    terminal.program.send_signal(signal.SIGQUIT)
    terminal.wait("cannot leave it")
    terminal.send("j")
    terminal.wait("2 of 2. Second.")
    terminal.send("\x10m\t")  # the palette says the choices, and the line again
    terminal.wait(".\r\nm")
    terminal.send("u\t\r")  # and completes it, and runs what it found
    terminal.wait("Muted.")
    fcntl.ioctl(terminal.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    terminal.send("?")
    terminal.wait("enter to leave:")
    asked = terminal.said[terminal.said.index("Help on") :].splitlines()
    assert len(asked) > 2
    assert max(map(len, asked)) <= 40
    assert " ".join(asked).startswith("Help on which key, or on which part: playing,")
    terminal.send("\x1b/")
    terminal.wait("topic:")
    terminal.send("secx\x7f")
    terminal.send("\n")
    terminal.wait("secx\b \b\r\n")  # it is echoed
    terminal.wait("1 episode, ")
    terminal.send("q")
    assert terminal.end() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, None])
def test_signal_and_terminal_that_is_closed_save_and_end(
    terminal: Terminal, catalog: Path, number: signal.Signals | None
) -> None:
    terminal.wait("1 of 2.")
    terminal.send("\r")
    terminal.wait("Playing: First.")
    terminal.send(".")
    terminal.wait("At 30 seconds")
    if number is None:
        os.close(terminal.slave)
        os.close(terminal.master)
        terminal.program.wait(PATIENCE)
    else:
        terminal.program.send_signal(number)
        assert terminal.end() == 0
    assert saved(catalog, "first") >= 29


def test_running_plain_program_is_reached_by_commands(terminal: Terminal, catalog: Path) -> None:
    terminal.wait("1 of 2.")
    while completed(catalog, "volume", "80").returncode:
        pass  # the list comes first, and only then the socket
    for words, said in (
        (["play", "second"], "Playing: Second."),
        (["pause"], "Paused,"),
        (["volume", "30"], "Volume 30"),
    ):
        done = completed(catalog, *words)
        assert (done.returncode, done.stderr) == (0, "")
        terminal.wait(said)
    now = json.loads(completed(catalog, "now", "--json").stdout)
    assert (now["id"], now["paused"], now["volume"], now["duration"]) == ("second", True, 30, 60.0)
    terminal.send("q")
    assert terminal.end() == 0


def test_pipe_is_read_line_by_line_and_its_end_ends_it(catalog: Path) -> None:
    done = completed(catalog, "--plain", input="j\n/first\ni")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-2:] == ["First. 1 minute.", "Id: first"]


def test_file_as_input_is_read_to_its_end(catalog: Path) -> None:
    keys = catalog.parent / "keys"
    keys.write_text("j\n")
    with keys.open() as file:
        done = completed(catalog, "--plain", stdin=file)
    assert done.stdout.splitlines()[-1] == "2 of 2. Second. 1 minute."


def test_reader_that_goes_away_ends_it(catalog: Path) -> None:
    program = subprocess.Popen(
        command(catalog, "--plain"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdin is not None
    assert program.stderr is not None
    program.stdout.readline()
    program.stdout.close()
    with contextlib.suppress(BrokenPipeError):
        program.stdin.write("j\n" * 10)
        program.stdin.flush()
    assert program.wait(PATIENCE) == 0
    assert program.stderr.read() == ""


def test_terminal_without_utf_8_is_still_spoken_to(catalog: Path) -> None:
    catalog.write_text(catalog.read_text().replace('"First"', '"Ελλάδα — 日本"'))
    done = subprocess.run(
        command(catalog, "--plain"), input=b"q\n", capture_output=True, check=False, timeout=60,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 0
    assert b"1 of 2. ?????? ? ??. 1 minute." in done.stdout


def test_plain_program_never_imports_textual(catalog: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN_COMMAND, " ".join(command(catalog, "--plain")[3:])],
        input="j\n?\ni\nq\n", capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0
    assert not {name.partition(".")[0] for name in done.stderr.split()} & (COSTLY - {"mpv"})


def test_dumb_terminal_without_plain_names_it(catalog: Path) -> None:
    master, slave = pty.openpty()
    done = subprocess.run(
        command(catalog), stdin=slave, stdout=slave, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        env={**os.environ, "TERM": "dumb"},
    )  # fmt: skip
    os.close(master)
    os.close(slave)
    assert done.returncode == 1
    assert "tui-pod --plain" in done.stderr


async def test_work_that_starts_ends_or_is_offline_is_said_once(room: Room) -> None:
    output = io.StringIO()
    program = make_program(RoomServices(room), os.open(os.devnull, os.O_RDONLY), output)
    await program.run_on_loop()
    told = len(output.getvalue().splitlines())
    stop: Callable[[], object] = lambda: None  # noqa: E731
    for text in ("refreshing 0/2", "refreshing 1/2"):
        program.work_changed({"refresh": Job(text, None, stop), "downloads": Job("1 download", None, stop),
                              "sync": Job("synced just now"), "network": Job("offline")})  # fmt: skip
    program.work_changed({"network": Job("offline")})
    program.work_changed({})
    assert output.getvalue().splitlines()[told:] == [
        "Refreshing 0/2. Press control c to stop it.", "Offline.", "Refreshing: done.", "No longer offline.",
    ]  # fmt: skip


async def test_key_that_stops_work_says_if_there_is_none(room: Room) -> None:
    assert "".join(await run(RoomServices(room), "ctrl+c")).startswith(NOTHING_TO_STOP.partition(".")[0])


Heard = tuple[PlainProgram, Typist]


@pytest.fixture
async def heard(room: Room) -> AsyncGenerator[Heard, None]:
    """A running program, which is told things, and what it says."""
    services = RoomServices(room)
    async with typing(services) as typist:
        await typist.type("g", until_said="1 of 5")
        assert isinstance(services.frontend, PlainProgram)
        yield services.frontend, typist


@pytest.mark.parametrize(
    ("typed", "answers"), [("Yes", [True]), ("n", [False]), ("", []), ("perhaps", []), ("\x1b", [])]
)
async def test_yes_or_no_is_asked_for_and_may_wait(heard: Heard, typed: str, answers: list[bool]) -> None:
    program, typist = heard
    given: list[bool] = []
    assert program.ask_yes("Subscribe?", given.append)
    assert not program.ask_yes("Another?", given.append)
    await typist.type(typed)
    await typist.type("j", until_said="2 of 5")
    assert given == answers
    assert [line for line in typist.lines if "?" in line] == ["Subscribe? Type y or n, or press enter to decide later:"]


class Wanted(LoginQuestion):
    """A login that a server wants, and what it got."""

    said = "It wants a login."
    host = "example.org"

    def __init__(self, needs_yes: bool, known: tuple[str, str]) -> None:
        self._needs_yes, self._known = needs_yes, known
        self.given: list[tuple[str, str]] = []

    @property
    def needs_yes(self) -> bool:
        return self._needs_yes

    @property
    def known(self) -> tuple[str, str]:
        return self._known

    async def answer(self, user: str, password: str) -> object:
        self.given.append((user, password))
        return None


@pytest.mark.parametrize(
    ("origin", "login", "typed", "asked", "given"),
    [
        ("https", None, ("ann", "s3cret"), ["User name", "Password:"], [("ann", "s3cret")]),
        ("https", None, (" ",), ["User name"], []),
        ("http", None, ("ann", "s3cret", "yes"), ["User name", "Password:", "This server"], [("ann", "s3cret")]),
        ("http", None, ("ann", "s3cret", "no"), ["User name", "Password:", "This server"], []),
        ("http", ("ann", "s3cret"), ("y",), ["This server"], [("ann", "s3cret")]),
    ],
)
async def test_login_is_asked_for_and_sent_openly_after_a_yes_alone(
    heard: Heard, origin: str, login: tuple[str, str] | None, typed: Sequence[str], asked: list[str],
    given: list[tuple[str, str]],
) -> None:  # fmt: skip
    program, typist = heard
    question = Wanted(origin == "http", login or ("", ""))
    before = len(typist.lines)
    program.ask_login(question)
    await typist.type(*typed)
    await typist.type("j", until_said="2 of 5")
    await until(lambda: question.given == given)
    said = typist.lines[before:-1]
    assert said[0] == "It wants a login."
    assert [line for line in said[1:] if not line.startswith(tuple(asked))] == []
    assert len(said) == len(asked) + 1


async def test_login_wanted_during_a_question_is_said_alone(heard: Heard) -> None:
    program, typist = heard
    await typist.type("/", until_said="Search in")
    program.ask_login(Wanted(False, ("", "")))
    await typist.type("third", until_said="with third")
    assert [line for line in typist.lines if "login" in line] == ["It wants a login."]


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (320.0, "A session of 5 episodes, 5 minutes."),
        (1.0, "Nothing left fits into 1 second. Press capital S to plan another session."),
    ],
)
async def test_session_from_the_command_line_is_said(heard: Heard, budget: float, said: str) -> None:
    program, typist = heard
    program.lifetime.start_session(budget)
    assert said in typist.lines


async def test_end_of_a_session_says_its_result_and_how_to_go_on(heard: Heard) -> None:
    program, typist = heard
    program.session_ended(Summary(1, 90.0, 60.0, (), "two"))
    program.session_ended(Summary(0, 0.0, 0.0, (), None))
    assert typist.lines[-4:] == [
        "The session is over. 1 episode finished, listened for 1 minute 30.",
        "Next: Two",
        "Press greater than sign to play on.",
        "The session is over. 0 episodes finished, listened for 0 seconds.",
    ]


async def test_statistics_are_said_when_they_are_shown(heard: Heard) -> None:
    program, typist = heard
    program.show_statistics()
    await until(lambda: typist.lines[-1] == "Finished: 0 episodes.")


@pytest.mark.parametrize(("is_error", "said"), [(True, "Error: Gone."), (False, "Gone.")])
async def test_notice_that_tells_of_an_error_says_so(heard: Heard, is_error: bool, said: str) -> None:
    program, typist = heard
    program.tell("Gone.", is_error)
    assert typist.lines[-1] == said
