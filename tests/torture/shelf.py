"""What the driven app listens to: a catalogue of silent recordings, and a home that holds nothing else."""

import os
import sys
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

RATE = 8000
"""Samples a second of a recording: little to decode."""


class Home(NamedTuple):
    """Where a trial's app lives."""

    folder: Path
    catalog: Path
    state: Path

    @property
    def variables(self) -> dict[str, str]:
        """The environment: no folder, setting or session of whoever runs this."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "DYLD_FALLBACK_LIBRARY_PATH")
                if name in os.environ}  # fmt: skip
        folders = {f"XDG_{name}_HOME": str(self.folder / name.lower()) for name in ("CONFIG", "STATE", "DATA", "CACHE")}
        python = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        return {**kept, **folders, **python, "HOME": str(self.folder), "TERM": "xterm-256color",
                "COLORTERM": "truecolor", "LANG": "C.UTF-8"}  # fmt: skip


def make_home(folder: Path, lengths: Sequence[float], parts: int | None = None) -> Home:
    """Return a home whose catalogue has `parts` episodes, `Part 1` first; their recordings last `lengths` in turn."""
    folder.mkdir(parents=True, exist_ok=True)
    for seconds in set(lengths):
        make_silence(folder / f"silence-{seconds:g}.wav", seconds)
    lines = ["version = 1", 'title = "Torture"']
    for number in range(1, (parts or len(lengths)) + 1):
        seconds = lengths[(number - 1) % len(lengths)]
        lines += ["[[episodes]]", f'id = "part-{number}"', f'title = "Part {number}"', f"duration = {seconds:g}",
                  f'audio = "silence-{seconds:g}.wav"', 'tags = ["Torture"]']  # fmt: skip
    catalog = folder / "catalog.toml"
    catalog.write_text("\n".join(lines) + "\n", "utf-8")
    return Home(folder, catalog, folder / "state" / "state.toml")


def add_episode(home: Home, number: int, *lines: str) -> None:
    """Add an episode to the end of a catalogue, with these lines of TOML."""
    with home.catalog.open("a", encoding="utf-8") as file:
        content = ["[[episodes]]", f'id = "part-{number}"', f'title = "Part {number}"', 'tags = ["Torture"]', *lines]
        file.write("\n".join(content) + "\n")


def make_silence(path: Path, seconds: float) -> None:
    """Write a recording in which nothing is said."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(b"\x80" * round(RATE * seconds))


def installed_program() -> list[str]:
    """Return the command of the installed program, which runs the code of `ROOT` (see `Home.variables`)."""
    installed = Path(sys.executable).with_name("tui-pod")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "tui_pod"]


def program(mutant: str = "", changes: Sequence[str] = ()) -> list[str]:
    """Return the command of the program: the installed one, or one that is changed for the trial (see `driven`)."""
    if mutant or changes:
        return [sys.executable, "-m", "tests.torture.driven", f"--mutant={mutant}", *changes, "--"]
    return installed_program()


def app_command(home: Home, mutant: str = "", changes: Sequence[str] = (), ao: str = "null") -> list[str]:
    """Return how the app is started; see `program`."""
    return [*program(mutant, changes), "--catalog", str(home.catalog), "--state", str(home.state), "--ao", ao]
