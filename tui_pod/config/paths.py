"""Find the paths of this user. Reads no state and no catalogue."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

APP = "tui-pod"

_MAC = "Library/Application Support"

_FOLDERS = {
    "CONFIG": (".config", _MAC),
    "STATE": (".local/state", _MAC),
    "DATA": (".local/share", _MAC),
    "CACHE": (".cache", "Library/Caches"),
}
"""Kinds of folders, with where each is in the home unless `XDG_<kind>_HOME` says so: on Linux, and on macOS.

We do not ask platformdirs: importing it takes 15 % of the time until the saved screen is shown.
"""


class Paths(NamedTuple):
    """The folders and files that the program uses."""

    config: Path
    """`config.toml`, the user's, never written."""
    state: Path
    """`state.toml`; its journal and backup lie beside it."""
    data: Path
    """Folder of downloads and feeds."""
    cache: Path
    """Folder of files that can be rebuilt: narrations and the library's cache."""
    log: Path
    """File for the messages of the C libraries and of the app."""


def find_paths(state: str | Path | None = None, config: str | Path | None = None) -> Paths:
    """Return this user's paths, with those given on the command line."""
    logs = Path.home() / "Library/Logs" / APP if sys.platform == "darwin" else _folder("STATE") / "log"
    return Paths(
        config=Path(config or _folder("CONFIG") / "config.toml").absolute(),
        state=Path(state or _folder("STATE") / "state.toml").absolute(),
        data=_folder("DATA"),
        cache=_folder("CACHE"),
        log=logs / "tui-pod.log",
    )


def _folder(kind: str) -> Path:
    given = Path(os.environ.get(f"XDG_{kind}_HOME", ""))
    usual = Path.home() / _FOLDERS[kind][sys.platform == "darwin"]
    return (given if given.is_absolute() else usual) / APP


def runtime_folder() -> Path:
    """Return the folder of this user's sockets, which may be missing; who opens it checks who else can write to it."""
    user = os.geteuid()
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/TemporaryItems" / APP
    for folder in (Path(os.environ.get("XDG_RUNTIME_DIR", "")), Path(f"/run/user/{user}")):
        if folder.is_absolute() and folder.is_dir() and folder.stat().st_uid == user:  # after su it is another user's
            return folder / APP
    from tempfile import gettempdir  # imports a lot, and most systems have one of those folders

    return Path(gettempdir()) / f"runtime-{user}" / APP


COMPLETIONS = {
    "bash": "share/bash-completion/completions/tui-pod",
    "zsh": "share/zsh/site-functions/_tui-pod",
    "fish": "share/fish/vendor_completions.d/tui-pod.fish",
}
"""Where each shell looks for completions below a prefix."""


def embedded_catalog() -> Path:
    """Return the catalogue that comes with the program: beside the package in a checkout, inside it if installed."""
    return _shipped("catalog.toml")


def completion_file(shell: str) -> Path:
    """Return the completion script of `bash`, `zsh` or `fish` that comes with the program."""
    return _shipped(COMPLETIONS[shell])


def man_page() -> Path:
    """Return the man page that comes with the program."""
    return _shipped("share/man/man1/tui-pod.1")


def _shipped(name: str) -> Path:
    """Return a file that lies beside the package in a checkout, and in it when installed."""
    package = Path(__file__).parents[1]
    installed = package / name
    return installed if installed.exists() else package.parent / name


def catalog_paths(given: Sequence[str | Path], added: Sequence[str] = ()) -> list[Path]:
    """Return the catalogues to use: those given on the command line, or the embedded and the added ones."""
    return [Path(path).absolute() for path in given] or [embedded_catalog(), *map(Path, added)]


def embedded_transcripts() -> Path:
    """Return the folder of the embedded catalogue's transcripts, `<id>.txt`."""
    return Path(__file__).parents[1] / "transcripts"


def is_dumb_terminal() -> bool:
    """Return whether the terminal cannot move its cursor, according to TERM."""
    return os.environ.get("TERM", "dumb") in ("dumb", "unknown", "")


def is_console() -> bool:
    """Return whether the terminal is the Linux console, whose font has few of our symbols, according to TERM."""
    return os.environ.get("TERM") == "linux"
