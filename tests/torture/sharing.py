"""Several programs on one state at once: writers, the command that marks, and two apps."""

import contextlib
import json
import os
import random
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.torture import mutants
from tests.torture.ledger import Ledger, as_saved
from tests.torture.listener import WatchedSaver
from tests.torture.shelf import ROOT, Home, app_command, make_home
from tests.torture.terminal import NeverCame, Terminal
from tests.torture.trials import Check, Result, Trial
from tests.torture.watcher import ident_of
from tui_pod.core.progress.bookmarks import Bookmark, BookmarkKey
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import HeardRecord, ProgressRecord, Record
from tui_pod.state.store import StateFile

MOST = 8
"""Writers at a time."""

SECONDS = 3.0
"""For how long they write."""

SHARED = 6
"""Episodes that all of them write; each has as many of its own."""

ROUNDS = 12
"""Times that two apps keep and remove the same bookmark."""

_TAB = re.compile(r" 4 Bookmarks(?: (\d+))? ")


class Writer:
    """One of several instances, which saves as fast as it can and compacts as after every mark."""

    def __init__(self, path: Path, ledger: Path, name: str, chances: random.Random) -> None:
        self._file = StateFile(path)
        self._name = name
        self._chances = chances
        self._writer = WatchedSaver(self._file, Ledger(ledger))
        self._sent: dict[str, Progress] = {}
        self._kept: dict[BookmarkKey, Bookmark] = {}
        self._problems = ledger.with_suffix(".problems")

    def write(self) -> None:
        """Write for a while, look now and then whether the own saves are there, and quit."""
        self._file.load()
        until = time.monotonic() + SECONDS
        number = 0
        while time.monotonic() < until:
            number += 1
            self._writer.save(*self._some(number))
            if number % 7 == 0:
                self._writer.compact()
            if number % 20 == 0:
                self._writer.flush(60.0)
                self._look()
            time.sleep(self._chances.uniform(0.0, 0.02))
        if not self._writer.close(60.0):
            self._note("the last save did not come to its end")

    def _some(self, number: int) -> list[Record]:
        names = [*(f"shared-{n}" for n in range(SHARED)), *(f"{self._name}-{n}" for n in range(SHARED))]
        records: list[Record] = []
        for episode in self._chances.sample(names, self._chances.randint(1, 4)):
            progress = Progress(datetime.now(UTC), round(self._chances.uniform(1.0, 900.0), 2), 900.0)
            self._sent[episode] = progress
            records.append(ProgressRecord(episode, progress))
        heard = HeardRecord(f"{self._name}-{number}", "shared-0", datetime.now(UTC), 0, 1.0, 1.0)
        return [*records, heard, self._keep_or_remove()]

    def _keep_or_remove(self) -> Bookmark:
        """Return a bookmark that all writers keep and remove by turns, or one of its own."""
        now, episode = datetime.now(UTC), self._chances.choice(("shared-0", f"{self._name}-0"))
        start = float(self._chances.randrange(SHARED))
        bookmark = Bookmark(episode, start, start + 1.0, now, now, note=self._name)
        if self._chances.random() < 0.4:
            bookmark = bookmark.removed(now)
        self._kept[bookmark.key] = bookmark
        return bookmark

    def _look(self) -> None:
        state = self._file.load()
        for notice in state.notices:
            self._note(f"a load says {notice}")
        for episode, progress in self._sent.items():
            found = state.progress.get(episode)
            if found is None or found.updated < progress.updated:
                self._note(f"{episode} is {found}, not {progress}")
        bookmarks = {bookmark.key: bookmark for bookmark in state.notebook.bookmarks}
        for key, bookmark in self._kept.items():
            kept = bookmarks.get(key)
            if kept is None or kept.updated < bookmark.updated:
                self._note(f"{kept} is not {bookmark}")

    def _note(self, problem: str) -> None:
        with self._problems.open("a", encoding="utf-8") as file:
            file.write(f"{self._name}: {problem}\n")


def write_at_once(trial: Trial) -> Result:
    """Let two to eight writers and the marking command write at once; the newest of each episode must be there."""
    chances = trial.chances()
    home = make_home(trial.folder / "home", (8.0,), parts=6)
    count = 2 + trial.number % (MOST - 1)
    ledgers = [trial.folder / f"writer-{number}" for number in range(count)]
    children = [_start(home.state, ledger, chances.getrandbits(64), trial.mutant) for ledger in ledgers]
    marked = _mark_meanwhile(home, chances, trial.mutant)
    for child in children:
        os.waitpid(child, 0)
    losses = [line for ledger in ledgers for line in _lines(ledger.with_suffix(".problems"))]
    losses += _lines(trial.folder / "errors")
    losses += _judge(home.state, ledgers, marked)
    return Result(tuple(f"{count} writers: {loss}" for loss in losses))


def _start(path: Path, ledger: Path, seed: int, mutant: str) -> int:
    child = os.fork()
    if child == 0:
        try:
            os.dup2(os.open(ledger.with_name("errors"), os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
            mutants.apply(mutant)
            Writer(path, ledger, ledger.name, random.Random(seed)).write()
        finally:
            os._exit(0)
    return child


def _mark_meanwhile(home: Home, chances: random.Random, mutant: str) -> dict[str, bool]:
    """Mark episodes by the command while others write; return what each was marked last."""
    marked: dict[str, bool] = {}
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        ids = chances.sample([f"part-{number}" for number in range(1, 7)], 2)
        played = chances.random() < 0.6
        command = [*app_command(home, mutant), "mark", "played" if played else "unplayed", *ids]
        subprocess.run(command, env=home.variables, cwd=ROOT, check=True, capture_output=True, timeout=60)
        marked |= dict.fromkeys(ids, played)
    return marked


def _judge(path: Path, ledgers: list[Path], marked: dict[str, bool]) -> Iterator[str]:
    newest: dict[str, tuple[str, float]] = {}
    heard: set[str] = set()
    kept: dict[BookmarkKey, tuple[str, list[object]]] = {}
    for ledger in ledgers:
        for kind, _, content in map(json.loads, _lines(ledger)):
            for place, age, value, _ in content[1] if kind == "asked" else ():
                if place[0] == "progress":
                    newest[place[1]] = max(newest.get(place[1], ("", 0.0)), (age, value[0]))
                elif place[0] == "bookmark":
                    key = BookmarkKey(*place[1:])
                    kept[key] = max(kept.get(key, ("", [])), (age, value), key=lambda entry: entry[0])
                else:
                    heard.add(place[1])
    file = StateFile(path)
    state = file.load()
    yield from map("the load says {}".format, state.notices)
    for episode, (age, position) in newest.items():
        found = state.progress.get(episode)
        if found is None or (found.updated.isoformat(), found.position) != (age, position):
            yield f"{episode} is {found}, not {position} of {age}"
    bookmarks = {bookmark.key: as_saved(bookmark)[1:] for bookmark in state.notebook.bookmarks}
    for key, wanted in kept.items():
        if bookmarks.get(key) != wanted:
            yield f"{key} is {bookmarks.get(key)}, not {wanted}"
    for episode, played in marked.items():
        place = state.progress.get(episode)
        if (place is not None and place.played) is not played:
            yield f"{episode} is {place}, but was marked {'played' if played else 'unplayed'}"
    if missing := heard - {record.key for record in file.heard_records()}:
        yield f"{len(missing)} of {len(heard)} stretches heard are gone"


def _lines(path: Path) -> list[str]:
    with contextlib.suppress(FileNotFoundError):
        return path.read_text("utf-8").splitlines()
    return []


def two_apps(trial: Trial) -> Result:
    """Play and mark in two apps, and by the command, on one state; end them by turns."""
    chances = trial.chances()
    home = make_home(trial.folder / "home", (300.0, 600.0), parts=9)
    command = app_command(home, trial.mutant)
    losses: list[str] = []
    wanted: dict[str, bool] = {}
    with (
        Terminal(command, home.variables, home.folder) as first,
        Terminal(command, home.variables, home.folder) as second,
    ):
        for app, row in ((first, 0), (second, 1)):
            app.begin()
            app.press("g" + "j" * row + "\r")
            app.until(lambda app=app: (bar := app.bar()) and bar.position >= 1, "playing")  # type: ignore[misc]
        for number in chances.sample(range(3, 8), 5):
            title = f"Part {number}"
            if number == 7:
                ident = ident_of(title)
                mark = [*command, "mark", "played", ident]
                subprocess.run(mark, env=home.variables, cwd=ROOT, check=True, capture_output=True, timeout=60)
            else:
                app = chances.choice((first, second))
                app.press("g" + "j" * (number - 1) + "m")
                app.until(lambda app=app, title=title: app.rows().get(title) == "✓", "the mark")  # type: ignore[misc]
            wanted[ident_of(title)] = True
        first.look(chances.uniform(0.0, 2.0))
        bars = []
        for app in chances.sample((first, second), 2):
            app.look(0.3)
            bars.append(app.until(app.bar, "the bar"))
            app.press("q")
            if app.wait(5.0) is None:
                losses.append("an app does not quit")
    state = StateFile(home.state).load()
    losses += state.notices
    for bar in bars:
        place = state.progress.get(ident_of(bar.title))
        if place is None or abs(place.position - bar.position - 0.5) > 2.0:
            losses.append(f"{bar.title} was at {bar.position}, is {place}")
    losses += [f"the mark of {i} is lost" for i in wanted if i not in state.progress or not state.progress[i].played]
    return Result(tuple(losses))


def two_keepers(trial: Trial) -> Result:
    """Keep and remove the same bookmark in two apps at once, and kill one now and then: both come to agree."""
    chances = trial.chances()
    home = make_home(trial.folder / "home", (300.0,))
    command = app_command(home, trial.mutant)
    with contextlib.ExitStack() as stack:
        apps = [stack.enter_context(_paused(command, home)) for _ in range(2)]
        for number in range(ROUNDS):
            for app, keys in zip(chances.sample(apps, 2), chances.choice((("b", "4x1"), ("b", "b"))), strict=True):
                app.press(keys)
                app.look(chances.choice((0.0, 0.05, 0.3)))
            if number % 4 == 3:
                killed = chances.randrange(2)
                apps[killed].kill()
                apps[killed] = stack.enter_context(_paused(command, home))
            try:
                apps[0].until(partial(_agree, apps, home.state), "both apps and the file have the same bookmarks")
            except NeverCame as error:
                return Result((f"round {number}: {error}", f"the other app:\n{apps[1].text}"))
        kept = _kept(home.state)
        for app in apps:
            app.press("q")
        losses = ["an app does not quit" for app in apps if app.wait(5.0) is None]
    losses += StateFile(home.state).load().notices
    if _kept(home.state) != kept:
        losses.append(f"{kept} was kept, {_kept(home.state)} after the end")
    return Result(tuple(losses), ROUNDS)


@contextlib.contextmanager
def _paused(command: Sequence[str], home: Home) -> Iterator[Terminal]:
    """Start an app that is paused at the 40th second, so that what it keeps is the same as in another one."""
    with Terminal(command, home.variables, home.folder) as app:
        app.begin()
        app.press("\r")
        app.until(lambda: (bar := app.bar()) and bar.mark == "▶", "playing")
        app.press(" ")
        app.until(lambda: (bar := app.bar()) and bar.mark == "‖", "paused")
        app.press(":")
        app.until(lambda: app.shows("Go to"), "the dialog")
        app.press("40\r")
        app.until(lambda: (bar := app.bar()) and bar.position == 40, "the place")
        yield app


def _agree(apps: Sequence[Terminal], path: Path) -> bool:
    """Return whether the apps show as many bookmarks as there are in the file, and nothing else is open."""
    for app in apps:
        app.press("\x1b")  # a note is asked for where it is kept already
        app.look(0.3)
    found = [match for app in apps if (match := _TAB.search(app.text))]
    counts = {int(match[1] or 0) for match in found}
    return (
        len(found) == len(apps) and counts == {len(_kept(path))} and not any(app.shows("enter saves") for app in apps)
    )


def _kept(path: Path) -> frozenset[BookmarkKey]:
    return frozenset(each.key for each in StateFile(path).load().notebook.bookmarks if not each.is_removed)


CHECKS = (
    Check("e", "2 to 8 writers and marking commands at once", write_at_once, 28, {"no merge": 7, "no lock": 7}),
    Check("e", "two apps and a marking command at once", two_apps, 10, {"no merge": 4}),
    Check("e", "two apps keep and remove one bookmark", two_keepers, 4, {"no merge": 4}),
)  # fmt: skip
