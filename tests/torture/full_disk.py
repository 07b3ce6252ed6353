"""A disk that is full, or fails, while the store and the app save."""

import contextlib
import errno
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.torture import faults, mounts, mutants, saving
from tests.torture.shelf import Home, app_command, make_home
from tests.torture.terminal import Bar, NeverCame, Terminal
from tests.torture.trials import Check, Result, Trial
from tui_pod.state.store import StateError, StateFile

PAGE = 4096
"""Bytes by which a tmpfs fills."""


def fill_levels(trial: Trial) -> Result:
    """Save on a disk with more and more left, and again once there is room."""
    mutants.apply(trial.mutant)
    losses: list[str] = []
    levels = range(0, 24)
    for free in levels:
        with mounted_disk(trial.folder / "disk") as disk:
            path = disk / "state.toml"
            saving.prepare(path)
            losses += [f"{free} pages left: {loss}" for loss in _save_with(StateFile(path), free)]
    return Result(tuple(losses), len(levels))


def mounted_disk(folder: Path) -> contextlib.AbstractContextManager[Path]:
    """Return a disk of 128 kB."""
    return mounts.mounted(folder, "-t", "tmpfs", "-o", "size=128k", "tmpfs")


def _save_with(file: StateFile, free: int) -> Iterator[str]:
    filler = file.path.with_name("filler")
    fill(filler, free)
    saved: list[int] = []
    for round_ in range(4, 24):
        try:
            file.append(saving.everything(round_))
            saved.append(round_)
            file.compact()
        except StateError:
            break
        except OSError as error:
            yield f"raised {error!r}"
            break
    last = round_ if round_ not in saved else 0
    yield from faults.lost(file, "mark", saved, maybe=last)
    filler.unlink()
    try:
        saving.mark(file, 30)
    except StateError as error:
        yield f"with room again: {error}"
    yield from faults.lost(file, "mark", (*saved, 30))
    if temps := list(file.path.parent.glob(".state.toml.*")):
        yield f"left {temps}"


def fill(filler: Path, free: int = 0) -> None:
    """Fill the disk up to so many pages."""
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(PAGE))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        file.truncate(max(0, file.tell() - free * PAGE))


@contextlib.contextmanager
def _app_on_small_disk(home: Home, trial: Trial) -> Iterator[Terminal]:
    """Run the app with its state on a disk that has little room."""
    with (
        mounts.mounted(home.state.parent, "-t", "tmpfs", "-o", "size=128k", "tmpfs"),
        Terminal(app_command(home, trial.mutant), home.variables, home.folder) as app,
    ):
        app.begin()
        yield app


def app_in_trouble(trial: Trial) -> Result:
    """Let the app play and mark while the disk is full, or fails; then mend the disk, and kill the app."""
    is_full = trial.number % 2 == 0
    home = make_home(trial.folder / "home", (300.0, 600.0), parts=6)
    losses: list[str] = []
    with _app_on_small_disk(home, trial) as app:
        app.press("\r")
        app.until(lambda: (bar := app.bar()) and bar.position >= 1, "playing")
        mend = _fill_up(home.state) if is_full else _break(app, home.state)
        app.press("jm,.")
        losses += _within(app, 8.0, lambda: "cannot be saved" in app.text, "the listener is not told")
        before = _bar(app)
        losses += _within(app, 9.0, lambda: _bar(app).position >= before.position + 6, "it does not play on")
        app.press("m")
        losses += _within(app, 2.0, lambda: app.rows().get("Part 3") == "✓", "the mark does not show")
        app.look(1.0)
        mend()
        losses += _within(app, 8.0, lambda: "saved again" in app.text, "the listener is not told of its end")
        app.look(1.0)
        last = _bar(app)
        app.kill()
        losses += _judge(home.state, last)
    kind = "a full disk" if is_full else "I/O errors"
    return Result(tuple(f"{kind}: {loss}" for loss in losses))


def quit_while_full(trial: Trial) -> Result:
    """Quit on a full disk: the listener is told, and what was saved before is there."""
    home = make_home(trial.folder / "home", (300.0, 600.0), parts=6)
    losses: list[str] = []
    with _app_on_small_disk(home, trial) as app:
        app.press("jm")
        app.press("\r")
        app.until(lambda: (bar := app.bar()) and bar.position >= 6, "playing")
        mend = _fill_up(home.state)
        app.press(".")
        app.look(1.0)
        app.press("q")
        if app.wait(3.0) is None:
            losses.append("it does not quit")
        elif app.status != 1:
            losses.append(f"it ends with {app.status}")
        if "could not be saved" not in app.text:
            losses.append(f"the listener is not told:\n{app.text}")
        mend()
        progress = StateFile(home.state).load().progress
        if not progress["part-2"].played or progress["part-3"].position < 1.0:
            losses.append(f"what was saved before is lost: {progress}")
    return Result(tuple(losses))


def _bar(app: Terminal) -> Bar:
    return app.until(app.bar, "the bar")


def _within(app: Terminal, seconds: float, is_so: Callable[[], object], otherwise: str) -> Iterator[str]:
    """Yield a loss when something does not come about in time."""
    try:
        app.until(is_so, otherwise, seconds)
    except NeverCame as error:
        yield str(error)


def _fill_up(state: Path) -> Callable[[], None]:
    """Fill the disk, and with blank lines the journal's last page, which could grow on a full disk."""
    with StateFile(state).journal.open("ab") as journal:
        journal.write(b"\n" * (-journal.tell() % PAGE))
    filler = state.with_name("filler")
    fill(filler)
    return filler.unlink


def _break(app: Terminal, state: Path) -> Callable[[], None]:
    """Have every write to the journal and every new file fail."""
    journal = StateFile(state).journal
    fault = "inject=write,fsync,fdatasync:error=EIO"
    command = ["strace", "-f", "-p", str(app.app), "-P", str(journal), "-e", "trace=write,fsync,fdatasync", "-e", fault]
    strace = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert strace.stderr is not None
    assert "attached" in strace.stderr.readline()

    def mend() -> None:
        strace.terminate()
        strace.communicate()

    return mend


def _judge(state: Path, last: Bar) -> Iterator[str]:
    found = StateFile(state).load()
    yield from found.notices
    for part in ("part-2", "part-3"):
        if part not in found.progress or not found.progress[part].played:
            yield f"the mark of {part} is lost"
    place = found.progress.get("part-1")
    if place is None or abs(place.position - last.position) > 5.5:
        yield f"the place {last} is lost: {place}"


def _why_not() -> str:
    return mounts.why_not() or faults.why_not()


CHECKS = (
    Check("c", "saving at each fill level of a disk", fill_levels, 4, {"naive write": 1}, mounts.why_not),
    Check("c", "the app on a full disk and on I/O errors", app_in_trouble, 8, {"forgets what failed": 2}, _why_not),
    Check("c", "quitting on a full disk", quit_while_full, 4, {"forgets what failed": 2}, mounts.why_not),
)  # fmt: skip
