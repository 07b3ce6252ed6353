"""One run of the suite: where it measures, with what, and how often."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import material
from benchmarks.programs import install_program
from benchmarks.terminal import NotPainted, Terminal, environment
from tui_pod.config.paths import embedded_catalog
from tui_pod.core.library.library import build_library
from tui_pod.library.catalog_files import read_catalogs

HERE = Path(__file__).parent

MARKER = "E000000"
"""The newest episode's title begins so."""


class FeedStore(NamedTuple):
    """A library to start the program with, and the home that it was opened in before."""

    size: int
    """Episodes."""
    arguments: tuple[str, ...]
    variables: Mapping[str, str]
    marker: str
    """What its first title begins with."""

    @property
    def name(self) -> str:
        """How many episodes it has."""
        return f"{self.size:,} episodes"

    @property
    def cache(self) -> Path:
        """The program's cache folder."""
        return Path(self.variables["XDG_CACHE_HOME"]) / "tui-pod"

    @property
    def state(self) -> Path:
        """The program's state."""
        return Path(self.variables["XDG_STATE_HOME"]) / "tui-pod" / "state.toml"

    def forget(self) -> None:
        """Have nothing heard: the cursor is on the newest episode again."""
        shutil.rmtree(self.state.parent, ignore_errors=True)


class Bench:
    """A folder for all that is written, and the installed program."""

    def __init__(self, folder: Path, runs: int, is_quick: bool, since: str | None = None) -> None:
        """Measure the tree, or a commit."""
        self.folder = folder
        self.since = since
        self.has_peers = True
        self.runs = runs
        """How often a start is measured."""
        self.is_quick = is_quick
        self.sizes = (119, 10_000) if is_quick else (119, 10_000, 100_000)
        """Episodes of the libraries."""
        self._homes = 0

    @functools.cached_property
    def python(self) -> Path:
        """The Python that has the program as a listener gets it."""
        return install_program(self.since)

    def inside(self, script: str, *words: object) -> list[str]:
        """Return the command that runs one of the scripts here within the measured process."""
        return [str(self.python), "-P", str(HERE / script), *map(str, words)]

    def ask(
        self, script: str, *words: object, variables: Mapping[str, str] | None = None, is_here: bool = False
    ) -> Any:
        """Run one of the scripts here and return what it tells: the JSON of its last line.

        Args:
            script: its name.
            words: its arguments.
            variables: its environment; by default one whose home is empty.
            is_here: whether this Python runs it, which has the extras, not that of the installed program.
        """
        command, env = self.inside(script, *words), dict(variables or self.fresh_home())
        if is_here:
            command[0] = sys.executable
        done = subprocess.run(command, check=True, env=env, stdout=subprocess.PIPE)
        return json.loads(done.stdout.splitlines()[-1])

    def program(self, *arguments: str) -> list[str]:
        """Return the command of the program, in silence."""
        return [str(self.python.with_name("tui-pod")), "--ao", "null", *arguments]

    def fresh_home(self) -> dict[str, str]:
        """Return an environment whose home is empty."""
        self._homes += 1
        return environment(self.folder / f"home-{self._homes}")

    @functools.cached_property
    def sounds(self) -> tuple[Path, ...]:
        """Recordings, the last four short."""
        return material.write_sounds(self.folder / "sounds")

    @functools.cache  # noqa: B019 - there is one bench
    def store(self, count: int) -> FeedStore:
        """Return a made library of so many episodes with recordings, whose cache is there."""
        catalog = material.write_catalog(self.folder / f"{count}.toml", count, self.sounds)
        return self.warmed(FeedStore(count, ("--catalog", str(catalog)), self.fresh_home(), MARKER))

    @functools.cached_property
    def embedded(self) -> FeedStore:
        """The library that comes with the program, whose cache is there."""
        return self.warmed(self.first_shelf())

    def first_shelf(self) -> FeedStore:
        """Return the library that comes with the program, in a home where it was never started."""
        return FeedStore(119, (), self.fresh_home(), _first_title(embedded_catalog()))

    def warmed(self, store: FeedStore) -> FeedStore:
        """Return the shelf, once a first start has made its cache."""
        with Terminal(self.program(*store.arguments), store.variables) as terminal:
            terminal.wait_for(store.marker, 120.0)
            while not list(store.cache.glob("library-*.sqlite")):
                if terminal.rest(0.2) and not terminal.is_alive:
                    raise NotPainted("ended before it had made its cache")
            terminal.rest(1.0)
            terminal.press("q")
            terminal.wait_for_end(10.0)
        limit = time.monotonic() + 20.0
        while not list(store.cache.glob("first-screen-*")) and time.monotonic() < limit:
            time.sleep(0.05)  # drawn once the terminal is free
        return store

    def touched(self, count: int) -> FeedStore:
        """Return a shelf of so many episodes that were all heard, in a home of its own."""
        touched = self.sharing_cache(self.store(count))
        material.write_state(touched.state, count)
        return touched

    def sharing_cache(self, store: FeedStore) -> FeedStore:
        """Return the same library for another listener, in a home of its own with the same cache."""
        home = self.fresh_home()
        Path(home["XDG_CACHE_HOME"]).rmdir()
        Path(home["XDG_CACHE_HOME"]).symlink_to(store.variables["XDG_CACHE_HOME"])
        return store._replace(variables=home)


def _first_title(catalog: Path) -> str:
    """Return what the first start shows first: the title of the first episode of the course."""
    (found,) = read_catalogs([catalog])
    library = build_library(found.topics, found.episodes)
    title = library.titles[library.topics.paths[min(library.topics.courses)][0]]
    return title.partition(" — ")[0]  # what follows has a colour of its own in the list
