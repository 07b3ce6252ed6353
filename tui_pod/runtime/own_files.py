"""Writes into a folder of the listener's, which may hold anything: only what was written before is replaced or removed.

What was written is listed in a file of the folder, a name a line below a heading, each before its file is there.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean
from tui_pod.runtime import files

LIST = ".tui-pod-files"
"""Name of the list."""

HEAD = "# Files that tui-pod has written here, and may replace or remove"
"""First line of the list. A file without it is not ours."""

MAX_LIST = 16 * 1024 * 1024
"""Most bytes of a list that are read."""


class OwnFiles:
    """The files in a folder that were written by `claim`."""

    def __init__(self, folder: Path) -> None:
        """Read the list of a folder, which need not exist yet.

        Raises:
            UserError: something else has the name of the list.
            OSError: it cannot be read.
        """
        self._folder, self._list = folder, folder / LIST
        try:
            lines = files.read_bytes(self._list, MAX_LIST).decode("utf-8", "replace").splitlines()
        except FileNotFoundError:
            lines = []
        except IsADirectoryError:
            lines = [""]
        self._is_begun = bool(lines)  # a full disk leaves an empty file
        if lines and lines[0] != HEAD:
            raise UserError(f"{self._list} was not written by tui-pod; move it, or name another folder")
        self.names = {name for name in lines[1:] if name and Path(name).name == name}

    def adopt(self, names: Iterable[str]) -> None:
        """Take files as written before, such as by a version that kept no list."""
        self._note([name for name in names if Path(name).name == name])

    def claim(self, name: str) -> Path:
        """Return the path of a file that is to be written.

        Raises:
            UserError: the name is none of a file, or something else has it, which stays as it is.
            OSError: the list cannot be written.
        """
        path = self._folder / name
        if Path(name).name != name or name.startswith(".."):  # of an id that is a folder
            raise UserError(f"“{clean(name, 60)}” is not a file name; change the id in the catalogue")
        if name not in self.names and os.path.lexists(path):
            raise UserError(f"{path} was not written by this command; move it, or name another folder")
        if path.is_dir() and not path.is_symlink():
            raise UserError(f"{path} is a folder; move it, or name another folder")
        if path.is_symlink():  # writing would follow it
            raise UserError(f"{path} is a link; move it, or name another folder")
        self._note([name])
        return path

    def remove_others(self, kept: Collection[str]) -> None:
        """Remove what was written before and is not `kept`. Raises OSError if that fails."""
        for name in self.names - set(kept):
            path = self._folder / name
            if path.is_file() and not path.is_symlink():
                path.unlink()
        if left := self.names & set(kept):
            if left != self.names:
                files.replace(self._list, "".join(f"{line}\n" for line in (HEAD, *sorted(left))), is_ours=False)
        else:
            self._list.unlink(missing_ok=True)
            self._is_begun = False
        self.names = left

    def _note(self, names: Iterable[str]) -> None:
        if new := [name for name in names if name not in self.names]:
            self.names.update(new)
            files.append(self._list, "".join(f"{line}\n" for line in ([] if self._is_begun else [HEAD]) + new))
            self._is_begun = True
