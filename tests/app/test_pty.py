"""The whole program on a terminal of its own: the real libmpv, the real voice, real files, real signals."""

import array
import os
import re
import select
import shutil
import signal
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app_driver import embedded_library
from tests.patience import wait_until
from tests.tools import needs_voice
from tests.torture.terminal import Terminal
from tui_pod.config.paths import embedded_transcripts
from tui_pod.state.store import StateFile
from tui_pod.terminal.client import SWITCH

ROOT = Path(__file__).parents[2]

WAYS: dict[str, dict[str, str]] = {"behind a client": {}, "in one process": {SWITCH: "1"}}
"""How the program runs: the variables for it."""


@contextmanager
def running(
    folder: Path, *arguments: str, program: Sequence[str] = ("-m", "tui_pod"), **variables: str
) -> Iterator[Terminal]:
    """Run the program on a terminal."""
    with Terminal([sys.executable, *program, *arguments], surroundings(**variables), folder) as terminal:
        yield terminal


def surroundings(**variables: str) -> dict[str, str]:
    """Return the environment of a program on a terminal."""
    found = {
        **os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LANG": "C.UTF-8", **variables,
    }  # fmt: skip
    if "NO_COLOR" not in variables:
        found.pop("NO_COLOR", None)
    return found


def two(folder: Path, *arguments: str) -> Sequence[str]:
    """Return the arguments that play the two recordings silently, with a state beside them."""
    return ("--catalog", str(folder / "two.toml"), "--state", str(folder / "state.toml"), "--ao", "null", *arguments)


def position(folder: Path, episode: str = "first") -> float:
    """Return the saved place of an episode, as the program would read it."""
    progress = StateFile(folder / "state.toml").load().progress.get(episode)
    return progress.position if progress is not None else 0.0


def place(terminal: Terminal) -> int:
    """Return the seconds that the bar shows."""
    bar = terminal.bar()
    return bar.position if bar is not None else -1


def mark(terminal: Terminal) -> str:
    """Return the mark that the bar shows."""
    bar = terminal.bar()
    return bar.mark if bar is not None else ""


def play_until(terminal: Terminal, seconds: int) -> None:
    """Play the episode at the cursor until the bar shows so many seconds."""
    terminal.until(lambda: terminal.shows("The first of two"), "the list")
    terminal.press("\r")
    terminal.until(lambda: place(terminal) >= seconds, f"{seconds} s are played")


@contextmanager
def playing(folder: Path, seconds: int = 1, /, **variables: str) -> Iterator[Terminal]:
    """Run the program on the two recordings, and play the first one for so many seconds."""
    with running(folder, *two(folder), **variables) as terminal:
        play_until(terminal, seconds)
        yield terminal


def ended(terminal: Terminal) -> int | None:
    """Wait for the program's end, read what it has said, and return its status."""
    assert terminal.wait() is not None
    terminal.look(0.05)
    return terminal.status


def quit_and_wait(terminal: Terminal) -> None:
    """Press q and wait for the program's end, which must be a good one."""
    terminal.press("q")
    assert ended(terminal) == 0


def dismiss(terminal: Terminal, words: str) -> None:
    """Press esc and wait until words are gone; a key that follows at once would be taken for alt and that key."""
    terminal.press("\x1b")
    terminal.until(lambda: not terminal.shows(words), f"“{words}” is gone")


def test_quit_without_anything_saved_fails(room: Path) -> None:
    state = room / "closed"
    state.mkdir()
    arguments = ("--catalog", str(room / "two.toml"), "--state", str(state / "state.toml"), "--ao", "null")
    state.chmod(0o500)
    with running(room, *arguments) as terminal:
        terminal.until(lambda: terminal.shows("The first of two"), "the list")
        terminal.press("m")
        terminal.until(lambda: terminal.shows("✓ The first of two"), "it is marked")
        terminal.press("q")
        assert ended(terminal) == 1
        assert b"could not be saved" in terminal.raw
    state.chmod(0o700)


@needs_voice
def test_embedded_catalogue_is_shown_played_paused_kept_and_resumed(room: Path) -> None:
    with running(room, "--ao", "null") as terminal:
        terminal.until(lambda: terminal.shows("119 episodes", "0/119 played", "What is generative AI"), "the catalogue")
        terminal.press("\r")
        terminal.until(lambda: place(terminal) >= 4 and mark(terminal) == "▶", "speech that goes on")
        terminal.until(lambda: terminal.shows("narrated"), "what kind it is")
        terminal.press(" ")
        terminal.until(lambda: mark(terminal) == "‖", "a pause")
        terminal.look(0.5)  # the place may be drawn after the mark
        held = place(terminal)
        terminal.look(1.5)
        assert place(terminal) == held
        quit_and_wait(terminal)
        assert b"\x1b[?1049l" in terminal.raw[-2000:]  # the shell's screen is back
    with running(room, "--ao", "null") as terminal:
        terminal.until(
            lambda: terminal.shows("◐ What is generative AI", f" 0:{held:02} ▐", f"−1:{18 - held:02}"),
            "the place that was left",
        )
        terminal.press(" ")
        terminal.until(lambda: mark(terminal) == "▶", "it goes on")
        assert place(terminal) >= held
        quit_and_wait(terminal)


BROKEN = """
import sys
from tui_pod.cli.main import main
from tui_pod.ui.screens.help import HelpScreen

def compose(screen):
    raise RuntimeError("a fault of ours")

HelpScreen.compose = compose
sys.exit(main())
"""


def test_fault_of_the_program_saves_first_and_is_no_success(room: Path) -> None:
    (room / "broken.py").write_text(BROKEN, "utf-8")
    with running(room, *two(room), program=(str(room / "broken.py"),)) as terminal:
        play_until(terminal, 3)
        terminal.press("?")
        assert ended(terminal) == 1
        assert terminal.shows("a fault of ours")
    assert position(room) >= 2.5


def test_state_damaged_while_the_app_runs_is_told_and_made_whole_again(room: Path) -> None:
    """Without a backup, what was read at the start is nowhere but in the app."""
    state = room / "state.toml"
    state.write_text("version = 1\n[episodes.first]\nposition = 30.0\nupdated = 2026-01-01T00:00:00Z\n", "utf-8")
    with running(room, *two(room)) as terminal:
        terminal.until(lambda: terminal.shows("The first of two"), "the list")
        state.write_bytes(b"\x00\xff\x00")
        terminal.press("Gm")
        terminal.until(lambda: terminal.shows("was damaged"), "the notice")
        terminal.kill()
    progress = StateFile(state).load().progress
    assert progress["second"].played
    assert progress["first"].position == 30.0
    assert len(list(room.glob("state.toml.corrupt-*"))) == 1


@pytest.mark.parametrize("end", ["SIGTERM", "SIGHUP", "SIGINT", "closed"])
@pytest.mark.parametrize("way", WAYS)
def test_end_by_signal_or_closed_terminal_saves_the_very_place(room: Path, end: str, way: str) -> None:
    with playing(room, 2, **WAYS[way]) as terminal:
        shown = place(terminal)
        if end == "closed":
            terminal.close()
        else:
            terminal.send(signal.Signals[end])
        assert terminal.wait() is not None
        assert shown <= position(room)


@pytest.mark.parametrize("way", ["ctrl+z", "SIGTSTP", "SIGSTOP"])
@pytest.mark.parametrize("how", WAYS)
def test_app_stopped_and_gone_on_with_is_drawn_whole_plays_on_and_quits(room: Path, way: str, how: str) -> None:
    with playing(room, **WAYS[how]) as terminal:
        threads = Path(f"/proc/{terminal.app}/task")
        counts: list[int] = []
        for _ in range(4):
            if way == "ctrl+z":
                terminal.press("\x1a")
            else:
                terminal.send(signal.Signals[way])
            terminal.until(lambda: is_stopped(terminal), "the app stopped")
            terminal.look(0.3)
            terminal.raw = b""
            terminal.send(signal.SIGCONT)
            terminal.until(lambda: b"All Topics" in terminal.raw and b"Help" in terminal.raw, "the screen drawn whole")
            check_plays_on(terminal)
            counts.append(len(list(threads.iterdir())))
        assert counts[-1] <= counts[0] + 2  # Python makes a thread more for work, now and then
        quit_and_wait(terminal)


def check_plays_on(terminal: Terminal) -> None:
    """Fail unless the bar moves on."""
    shown = place(terminal)
    terminal.until(lambda: place(terminal) > shown, "it plays on")


def is_stopped(terminal: Terminal) -> bool:
    """Return whether the program is stopped."""
    return Path(f"/proc/{terminal.pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "T"


def test_bytes_that_are_no_text_are_passed_over(room: Path) -> None:
    with playing(room) as terminal:
        for noise in (b"\xe9", b"\xff\xfe", b"\xc3", b"x\x9b", b"\x1b[M\xff\xff\xff"):
            terminal.press(noise)
            terminal.look(0.3)
            terminal.press("j")
            terminal.look(0.1)
        terminal.press("p")
        terminal.until(lambda: mark(terminal) == "‖", "keys are still heard")
        quit_and_wait(terminal)


@pytest.mark.parametrize(
    "noise", ["\x1b[97;1:3u", "\x1b[1;1:3A", "\x1b[999999999999u", "\x1b[200~pasted, and never ended "]
)
def test_reports_of_keys_and_pastes_that_end_nowhere_are_passed_over(room: Path, noise: str) -> None:
    with playing(room) as terminal:
        terminal.press(noise)
        terminal.until(lambda: pressed(terminal, "p") and mark(terminal) == "‖", "keys are still heard")
        quit_and_wait(terminal)


def pressed(terminal: Terminal, key: str) -> bool:
    """Press a key, and give the bar time to follow."""
    terminal.press(key)
    terminal.look(0.5)
    return True


def fill(terminal: Terminal) -> None:
    """Press keys until the terminal, which nobody reads, can hold no more of what they draw, nor any writer's queue."""
    for _ in range(400):
        terminal.press("jk")
        select.select([], [], [], 0.005)


@pytest.mark.parametrize("end", ["SIGTERM", "closed"])
def test_terminal_that_stops_reading_stops_neither_saving_nor_the_end(room: Path, end: str) -> None:
    with playing(room) as terminal:
        fill(terminal)
        saved = position(room)
        wait_until(lambda: position(room) > saved, "it goes on saving")
        if end == "closed":
            terminal.close()
        else:
            os.kill(terminal.pid, signal.SIGTERM)
        wait_until(lambda: not terminal.is_running(), "it ends")
        assert position(room) >= saved


def test_terminal_that_reads_again_is_drawn_whole(room: Path) -> None:
    with playing(room) as terminal:
        fill(terminal)
        terminal.until(lambda: terminal.shows("The first of two", "All Topics", "Help"), "all of the screen")
        check_plays_on(terminal)
        quit_and_wait(terminal)


def test_state_of_a_newer_program_is_left_alone_and_said(room: Path) -> None:
    newer = 'version = 99\nsomething = "new"\n'
    (room / "state.toml").write_text(newer, "utf-8")
    with playing(room, 6) as terminal:
        terminal.press("q")
        assert ended(terminal) == 1  # nothing was saved
        said = terminal.raw.decode("utf-8", "replace")
    assert "saved" in re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", said)
    assert (room / "state.toml").read_text("utf-8") == newer
    kept = {file.name for file in room.iterdir() if "state" in file.name}
    assert kept <= {"state.toml", "state.toml.lock"}  # no journal, no backup, nothing set aside


def test_terminal_made_small_and_large_again_is_drawn_anew(room: Path) -> None:
    with playing(room) as terminal:
        for height, width in ((12, 40), (3, 10), (40, 120)):
            terminal.resize(height, width)
            terminal.look(0.5)
        terminal.until(lambda: terminal.shows("▶ The first of two") and place(terminal) >= 2, "the whole screen")
        quit_and_wait(terminal)


def samples(file: Path) -> tuple[int, list[float]]:
    """Return the rate of a WAV file of one channel as libmpv writes it, and its samples, 1 being the loudest."""
    data = file.read_bytes()
    at = data.index(b"fmt ") + 8
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", data[at : at + 16])
    if kind == 0xFFFE:  # extensible: what it is stands further on
        kind = struct.unpack("<H", data[at + 24 : at + 26])[0]
    start = data.index(b"data") + 8
    code = {(1, 16): "h", (1, 32): "i", (3, 32): "f"}[kind, bits]
    body = data[start:]
    values = array.array(code, body[: len(body) // (bits // 8) * (bits // 8)])
    full = 1.0 if kind == 3 else float(1 << (bits - 1))
    assert channels == 1
    return rate, [value / full for value in values]


@needs_voice
def test_narrated_episode_decoded_is_speech_of_the_right_length(room: Path) -> None:
    library = embedded_library()
    shortest = min(range(len(library)), key=lambda index: library.durations[index])
    ident = library.ids[shortest]
    shutil.copy(embedded_transcripts() / f"{ident}.txt", room)
    episode = {"id": ident, "title": "Spoken", "duration": int(library.durations[shortest])}
    lines = "".join(f"{key} = {value!r}\n" for key, value in episode.items())
    (room / "one.toml").write_text(f'version = 1\n[[episodes]]\n{lines}transcript = "{ident}.txt"\n', "utf-8")
    arguments = ("--catalog", str(room / "one.toml"), "--state", str(room / "state.toml"), "--ao", "pcm")
    with running(room, *arguments) as terminal:
        terminal.until(lambda: terminal.shows("Spoken"), "the list")
        terminal.press("\r")
        dump = room / "audiodump.wav"
        terminal.until(lambda: dump.exists() and terminal.shows("space resumes"), "its end")
        terminal.until(lambda: terminal.shows("0/1 played"), "the count")  # written out faster than anyone can hear it
        quit_and_wait(terminal)
    rate, heard = samples(dump)
    end = next(place for place in range(len(heard), 0, -1) if abs(heard[place - 1]) > 0.002)  # silence follows it
    wished = library.durations[shortest]
    assert wished * 0.99 - 0.5 <= end / rate <= wished * 1.01  # the last half second of a narration is a pause
    tenth = end // 10
    assert all(max(map(abs, heard[part * tenth : (part + 1) * tenth])) > 0.1 for part in range(10))
