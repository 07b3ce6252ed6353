"""The programs that are measured: this one and castero in environments of their own, others as the system has them.

They lie in build/benchmarks, so that a second run downloads nothing; `make clean` removes them.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]

FOLDER = ROOT / "build" / "benchmarks"

CASTERO = "castero==0.9.5"

SILENT = "\nfrom functools import partialmethod\n\nMPV.__init__ = partialmethod(MPV.__init__, ao='null')\n"
"""What makes a python-mpv silent that has no setting for it."""


def install_program(commit: str | None = None) -> Path:
    """Install the tree, or a commit, as a wheel, compiled as it is for a listener, and return its Python.

    Raises:
        subprocess.CalledProcessError: it cannot be installed.
    """
    python = _environment("program" if commit is None else "since")
    if not python.with_name("hatchling").exists():
        _pip(python, "hatchling>=1.27")
    with tempfile.TemporaryDirectory() as folder:
        if commit is not None:
            archive = ["git", "-C", str(ROOT), "archive", f"--output={folder}/tree.tar", commit]
            subprocess.run(archive, check=True)
            shutil.unpack_archive(f"{folder}/tree.tar", folder)
        _pip(python, "--no-build-isolation", str(ROOT) if commit is None else folder)
    return python


@functools.cache
def find_castero() -> Path | None:
    """Return castero's command, installed where it is not, with the sound off; None: it cannot be."""
    python = _environment("castero")
    command = python.with_name("castero")
    try:
        if not command.exists():
            _pip(python, CASTERO)
    except subprocess.CalledProcessError:
        return None
    library = next(python.parents[1].glob("lib/python*/site-packages/mpv.py"), None)
    if library is not None and SILENT not in (text := library.read_text("utf-8")):
        library.write_text(text + SILENT, "utf-8")
    return command if command.exists() else None


def find_newsboat() -> Path | None:
    """Return newsboat's command; None: it is not installed."""
    return _found("newsboat")


def find_mpv() -> Path | None:
    """Return mpv's command; None: it is not installed."""
    return _found("mpv")


def find_valgrind() -> Path | None:
    """Return valgrind's command, which counts instructions; None: it is not installed."""
    return _found("valgrind")


def _found(name: str) -> Path | None:
    path = shutil.which(name)
    return Path(path) if path else None


def _environment(name: str) -> Path:
    """Return the Python of a virtual environment, made where it is not."""
    python = FOLDER / name / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER / name)], check=True)
    return python


def _pip(python: Path, *words: str) -> None:
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *words]
    subprocess.run(command, check=True, cwd=FOLDER)
