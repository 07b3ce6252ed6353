"""What plays breaks: no sound device, one that vanishes, a server that stalls, a narrator that is killed."""

import os
import signal
import socket
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from tests.torture.shelf import Home, add_episode, app_command, make_home
from tests.torture.signals import END_LIMIT, MOST_OFF
from tests.torture.terminal import Bar, NeverCame, Terminal
from tests.torture.trials import Check, Result, Trial
from tui_pod.state.store import StateFile


class StalledServer:
    """Serves the beginning of one recording on the loopback; the rest never comes."""

    def __init__(self, seconds: float, sent: float) -> None:
        content = BytesIO()
        with wave.open(content, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(1)
            file.setframerate(8000)
            file.writeframes(b"\x80" * round(8000 * seconds))
        self._content = content.getvalue()
        self._sent = round(8000 * sent)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._held: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def host(self) -> str:
        """Its address and port."""
        return "{}:{}".format(*self._socket.getsockname()[:2])

    def close(self) -> None:
        """Serve no more."""
        for connection in (self._socket, *self._held):
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._held.append(connection)
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        try:
            asked = connection.recv(65536).decode("latin-1").lower()
            start = int(asked.partition("range: bytes=")[2].partition("-")[0] or 0)
            is_part = "range: bytes=" in asked
            head = "HTTP/1.1 206 Partial Content" if is_part else "HTTP/1.1 200 OK"
            size = len(self._content)
            lines = [head, "Content-Type: audio/wav", "Accept-Ranges: bytes", f"Content-Length: {size - start}"]
            if is_part:
                lines.append(f"Content-Range: bytes {start}-{size - 1}/{size}")
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + self._content[start : self._sent])
        except (OSError, ValueError):
            connection.close()


NO_ALSA = {"ALSA_CONFIG_PATH": "/nonexistent"}
"""Keeps ALSA from finding a device, wherever this runs."""

ANSWER_LIMIT = 0.5
"""Seconds in which a key must be answered while libmpv waits for something."""


def no_device(trial: Trial) -> Result:
    """Play without a sound device, or lose it while playing: told, the place kept, nothing marked, all else works."""
    is_lost = trial.number % 2 == 1
    home = make_home(trial.folder / "home", (300.0, 600.0), parts=6)
    command = app_command(home, trial.mutant, ["--poll=0.25"], ao="null" if is_lost else "alsa")
    losses: list[str] = []
    bar = Bar("", "", 0, 1.0)
    with Terminal(command, {**home.variables, **NO_ALSA}, home.folder) as app:
        app.begin()
        app.press("\r")
        if is_lost:
            bar = app.play_to(6)
            app.send(signal.SIGUSR1, app.app)
        losses += _told(app, "No sound device")
        app.look(0.5)
        if app.bar() is not None:
            losses.append(f"it shows {app.bar()} without sound")
        losses += _goes_on(app)
    losses += _judge(home, "part-1", bar.position)
    return Result(tuple(f"{'lost' if is_lost else 'none'}: {loss}" for loss in losses))


def stall(trial: Trial) -> Result:
    """Play from a server that stalls: keys are answered, another plays, quitting works, the position is saved."""
    sent = (0.0, 10.0)[trial.number % 2]
    home = make_home(trial.folder / "home", (300.0,), parts=3)
    server = StalledServer(120.0, sent)
    add_episode(home, 4, "duration = 120", f'audio = "http://{server.host}/part.wav"')
    config = home.folder / "config.toml"
    config.write_text(f'[network]\nprivate_hosts = ["{server.host}"]\n', "utf-8")
    losses: list[str] = []
    worst = 0.0
    with Terminal([*app_command(home, trial.mutant), "--config", str(config)], home.variables, home.folder) as app:
        app.begin()
        app.press("jjj\r")
        app.until(lambda: (bar := app.bar()) and bar.title == "Part 4", "Part 4 on the bar")
        app.look(13.0 if sent else 2.0)
        position = (app.bar() or Bar("", "", 0, 1.0)).position
        for number in (1, 2):
            app.press("g" + "j" * (number - 1) + "m")
            answered = _answered(app, lambda number=number: app.rows().get(f"Part {number}") == "✓")  # type: ignore[misc]
            worst = max(worst, answered)
        if worst > ANSWER_LIMIT:
            losses.append(f"a key is answered after {worst:.2f} s")
        if trial.number % 4 < 2:
            app.press("\r")
            app.until(lambda: (bar := app.bar()) and bar.title == "Part 3" and bar.mark == "▶", "Part 3 playing")
        app.press("q")
        ended = app.wait(5.0)
        if ended is None or ended > END_LIMIT:
            losses.append(f"it ends after {ended} s")
    server.close()
    losses += _judge(home, "part-4", position, ("part-1", "part-2"))
    return Result(
        tuple(f"after {sent} s: {loss}" for loss in losses), 1, {"s to a key": worst, "s to end": ended or 0.0}
    )


def kill_narrator(trial: Trial) -> Result:
    """Kill the process that narrates: once, and it is started again; always, and it is said."""
    is_always = trial.number % 2 == 1
    home = make_home(trial.folder / "home", (300.0,), parts=1)
    for number in (2, 3):
        words = f"Sentence {trial.number} of part {number}. " + "Nothing that is said here is of any use at all. " * 30
        add_episode(home, number, f'summary = "{words}"')
    losses: list[str] = []
    with Terminal(app_command(home, trial.mutant), home.variables, home.folder) as app:
        app.begin()
        app.press("j\r")
        killed = [app.until(lambda: _worker(app.app), "a narrator")]
        time.sleep(trial.chances().uniform(0.0, 0.4))
        os.kill(killed[0], signal.SIGKILL)
        if is_always:
            second = app.until(
                lambda: other if (other := _worker(app.app)) and other not in killed else None, "another"
            )
            os.kill(second, signal.SIGKILL)
            losses += _told(app, "narrator stopped")
        else:
            losses += _plays(app, "Part 2")
        app.press("j\r")
        losses += _plays(app, "Part 3")
        bar = app.until(app.bar, "the bar")
        app.press("q")
        ended = app.wait(5.0)
        if ended is None or ended > END_LIMIT:
            losses.append(f"it ends after {ended} s")
        time.sleep(0.5)
        losses += [f"a narrator is left: {pid}" for pid in _workers(home)]
    losses += _judge(home, "part-3", bar.position)
    return Result(tuple(losses))


def _worker(app: int) -> int | None:
    """Return the process id of the app's narrator, once it has begun to run."""
    children = Path(f"/proc/{app}/task/{app}/children").read_text("ascii").split()
    return next((int(pid) for pid in children if b"narrator_worker" in _command(pid)), None)


def _workers(home: Home) -> list[str]:
    """Return the narrators that run for a home."""
    mine = f"HOME={home.folder}".encode()
    found = [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in found if b"narrator_worker" in _command(pid) and mine in _read(f"/proc/{pid}/environ")]


def _command(pid: str) -> bytes:
    return _read(f"/proc/{pid}/cmdline")


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def _told(app: Terminal, words: str) -> Iterator[str]:
    try:
        app.until(lambda: words in app.text, f"“{words}”", 15.0)
    except NeverCame as error:
        yield str(error)


def _plays(app: Terminal, title: str) -> Iterator[str]:
    try:
        app.until(lambda: (bar := app.bar()) and bar.title == title and bar.mark == "▶" and bar.position >= 1, title)
    except NeverCame as error:
        yield str(error)


def _answered(app: Terminal, is_so: Callable[[], bool]) -> float:
    began = time.monotonic()
    app.until(is_so, "a key's answer")
    return time.monotonic() - began


def _goes_on(app: Terminal) -> Iterator[str]:
    """Yield what does not work without sound."""
    app.press("gjm")
    try:
        app.until(lambda: app.rows().get("Part 2") == "✓", "a mark", 3.0)
    except NeverCame as error:
        yield str(error)
    app.press("q")
    ended = app.wait(5.0)
    if ended is None or ended > END_LIMIT:
        yield f"it ends after {ended} s"


def _judge(home: Home, ident: str, position: int, marked: tuple[str, ...] = ()) -> Iterator[str]:
    progress = StateFile(home.state).load().progress
    place = progress.get(ident)
    if place is not None and place.played:
        yield f"{ident} counts as played"
    if abs((place.position if place else 0.0) - position - 0.5) > MOST_OFF:
        yield f"{ident} was at {position}, is {place}"
    yield from (
        f"the mark of {other} is lost" for other in marked if other not in progress or not progress[other].played
    )


def _no_voice() -> str:
    if sys.platform != "linux":
        return "finds the narrator's process in /proc"
    return "" if find_spec("hibari") else "the voice is not installed"


CHECKS = (
    Check("g", "no sound device, and one that vanishes", no_device, 8,
          {"plays into silence": 2, "takes an end for the end": 2}),
    Check("g", "a server that stalls", stall, 8, {"waits for the player": 2}),
    Check("g", "the narrator killed", kill_narrator, 6, {"gives a dead narrator up": 2}, _no_voice),
)  # fmt: skip
