"""Packages that an incomplete installation lacks; imports nothing but the standard library."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from tui_pod.runtime.installer import PROGRAM, install_command

NEEDED = {
    "fsrs": "fsrs", "markdown_it": "markdown-it-py", "mpv": "python-mpv", "platformdirs": "platformdirs",
    "readability": "readability-lxml", "textual": "textual", "tinytag": "tinytag", "tomli_w": "tomli-w",
}  # fmt: skip
"""The packages that the program cannot do without, by their module."""


def missing_packages() -> Iterator[tuple[bool, str, str]]:
    """Yield that packages are missing and what installs them, as a finding of `doctor`."""
    if missing := [package for module, package in NEEDED.items() if find_spec(module) is None]:
        yield False, f"missing: {', '.join(missing)}", install_command(*missing)


def tell_missing(error: ModuleNotFoundError) -> str:
    """Return what to say of a module that was not found. Raises it if that is one of ours."""
    if (error.name or "").partition(".")[0] == PROGRAM.replace("-", "_"):
        raise error
    found = [*missing_packages()] or [(False, f"missing: {error.name}", "")]
    return "\n".join(f"FAIL  packages   {said}\n      {'':<10} → {fix}" for _, said, fix in found)
