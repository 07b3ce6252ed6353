"""Find the paths of this user. Reads no state and no catalogue."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from platformdirs import PlatformDirs

APP = "tui-pod"


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

    @property
    def chosen(self) -> Path:
        """What the listener set in the app, which `config` overrules."""
        return self.state.with_name(f"{self.state.stem}.settings.toml")


def find_paths(state: str | Path | None = None, config: str | Path | None = None) -> Paths:
    """Return this user's paths, with those given on the command line."""
    folders = PlatformDirs(APP, appauthor=False)
    return Paths(
        config=Path(config or folders.user_config_path / "config.toml").absolute(),
        state=Path(state or folders.user_state_path / "state.toml").absolute(),
        data=folders.user_data_path,
        cache=folders.user_cache_path,
        log=folders.user_log_path / "tui-pod.log",
    )


COMPLETIONS = {
    "bash": "share/bash-completion/completions/tui-pod",
    "zsh": "share/zsh/site-functions/_tui-pod",
    "fish": "share/fish/vendor_completions.d/tui-pod.fish",
}
"""Where each shell looks for completions below a prefix."""

MAN_PAGE = "share/man/man1/tui-pod.1"


def embedded_catalog() -> Path:
    """Return the catalogue that comes with the program: beside the package in a checkout, inside it if installed."""
    return shipped("catalog.toml")


def shipped(name: str) -> Path:
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
