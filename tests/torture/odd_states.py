"""The app and the commands on state files that are damaged, newer, or not theirs to read or write."""

import os
import stat
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.torture import saving
from tests.torture.shelf import ROOT, Home, app_command, make_home
from tests.torture.terminal import Terminal, obey_permissions
from tests.torture.trials import Check, Result, Trial
from tui_pod.state.store import StateFile


class Kind(NamedTuple):
    """A state that is not as it should be."""

    make: Callable[[Path], object]
    said: str
    """A word of what the listener must be told."""
    is_saved: bool = False
    """Whether the app reads and saves on; else it must leave every file as it is."""
    is_kept: bool = True
    """Whether the odd file must be kept under another name, when the app saves on."""


def _put(content: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content(path.read_bytes()))


def _replace(make: Callable[[Path], object]) -> Callable[[Path], object]:
    def put(path: Path) -> None:
        path.unlink()
        make(path)

    return put


def _newer(path: Path) -> None:
    path.write_text(path.read_text("utf-8").replace("version = 1", "version = 2"), "utf-8")


def _close(path: Path) -> None:
    for name in ("state.journal.toml", "state.toml.lock"):
        path.with_name(name).unlink()
    path.parent.chmod(0o500)


KINDS: dict[str, Kind] = {
    "newer": Kind(_newer, "newer"),
    "cut": Kind(_put(lambda content: content[: len(content) * 2 // 3]), "damaged", True),
    "empty": Kind(_put(lambda content: b""), "damaged", True),
    "nothing but NULs": Kind(_put(lambda content: bytes(len(content))), "damaged", True),
    "noise": Kind(_put(lambda content: bytes(range(256)) * 20), "damaged", True),
    "UTF-16": Kind(_put(lambda content: content.decode().encode("utf-16")), "damaged", True),
    "another format": Kind(_put(lambda content: b'{"episodes": {}}'), "damaged", True),
    "no version": Kind(_put(lambda content: content.replace(b"version = 1\n", b"")), "damaged", True),
    "a key twice": Kind(_put(lambda content: b"version = 1\n" + content), "damaged", True),
    "20,000 levels": Kind(_put(lambda content: b"version = 1\nx = " + b"[" * 20_000 + b"]" * 20_000), "damaged", True),
    "missing": Kind(Path.unlink, "missing", True, False),
    "a folder": Kind(_replace(Path.mkdir), "saved"),
    "a pipe": Kind(_replace(os.mkfifo), "saved"),
    "unreadable": Kind(lambda path: path.chmod(0), "saved"),
    "a folder to read only": Kind(_close, "saved"),
    "a folder in which only the journal can grow": Kind(lambda path: path.parent.chmod(0o500), "cannot", True, False),
    "an unreadable folder": Kind(lambda path: path.parent.chmod(0), "saved"),
}  # fmt: skip


def run(trial: Trial) -> Result:
    """Let a listener and a command use one kind of state."""
    name = list(KINDS)[trial.number % len(KINDS)]
    kind = KINDS[name]
    home = make_home(trial.folder / "home", (300.0, 600.0), parts=6)
    file = StateFile(home.state)
    places = [saving.place(number, 1) for number in (1, 2)]
    for place in places:
        file.append([place])
        file.compact()
    file.append([saving.place(3, 1)])
    kind.make(home.state)
    before = contents(home.state.parent)
    odd = before.get("state.toml") if kind.is_kept else None
    losses = list(_listen(home, trial.mutant, kind))
    if kind.is_saved:
        losses += _judge_recovery(home, odd)
    else:
        losses += _judge_refusal(home, before)
    return Result(tuple(f"{name}: {loss}" for loss in losses))


def _listen(home: Home, mutant: str, kind: Kind) -> Iterator[str]:
    """Yield what goes wrong while the app is used."""
    with Terminal(app_command(home, mutant), home.variables, home.folder) as app:
        app.begin()
        app.look(1.0)
        if kind.said not in app.text:
            yield f"the listener is not told:\n{app.text}"
        if kind.is_saved and app.rows().get("Part 1") != "◐":
            yield f"Part 1 is shown as {app.rows().get('Part 1')}"
        app.press("gjjjj\r")
        app.until(lambda: (bar := app.bar()) and bar.mark == "▶" and bar.position >= 2, "Part 5 playing on")
        app.press("jm")
        app.until(lambda: app.rows().get("Part 6") == "✓", "Part 6 marked")
        app.press("q")
        if app.wait(5.0) is None:
            yield "it does not quit"


def _judge_recovery(home: Home, odd: bytes | None) -> Iterator[str]:
    """Yield what is missing of the backup, the journal, what was done since, and the odd file itself."""
    state = StateFile(home.state).load()
    yield from map("then the load says {}".format, state.notices)
    found = {ident: progress.position for ident, progress in state.progress.items()}
    kept = {place.episode: place.progress.position for place in (saving.place(1, 1), saving.place(3, 1))}
    yield from (f"{ident} is at {found.get(ident)}" for ident, place in kept.items() if found.get(ident) != place)
    if not found.get("part-5", 0.0) >= 1.0:
        yield f"Part 5 is at {found.get('part-5')}"
    if "part-6" not in state.progress or not state.progress["part-6"].played:
        yield "Part 6 is not played"
    aside = [path.read_bytes() for path in home.state.parent.glob("state.toml.corrupt-*")]
    if aside != ([] if odd is None else [odd]):
        yield f"{len(aside)} damaged files are kept, or another than it was"


def _judge_refusal(home: Home, before: Mapping[str, bytes | None]) -> Iterator[str]:
    """Yield what the app, and now a command, did to files that they must leave alone."""
    if contents(home.state.parent) != before:
        yield f"the app changed {_changed(home, before)}"
    command = [*app_command(home)[:-2], "mark", "played", "part-4"]
    mark = subprocess.run(
        command, env=home.variables, cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=obey_permissions
    )
    if mark.returncode != 1 or not mark.stderr.strip():
        yield f"mark ends with {mark.returncode} and says {mark.stderr!r}"
    if contents(home.state.parent) != before:
        yield f"mark changed {_changed(home, before)}"


def _changed(home: Home, before: Mapping[str, bytes | None]) -> list[str]:
    after = contents(home.state.parent)
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def contents(folder: Path) -> dict[str, bytes | None]:
    """Return what is in each file of the state but the lock, which holds nothing; None for what is no file."""
    modes = {path: path.stat().st_mode for path in folder.glob("state*") if path.suffix != ".lock"}
    is_file = {path: stat.S_ISREG(mode) for path, mode in modes.items() if not stat.S_ISSOCK(mode)}
    return {path.name: path.read_bytes() if is_one else None for path, is_one in is_file.items()}


CHECKS = (
    Check("b", "the app on damaged, newer and unreadable states", run, len(KINDS),
          {"reads newer formats": 1, "forgets damaged files": 2, "uses no backup": 2}),
)  # fmt: skip
