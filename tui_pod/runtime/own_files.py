"""Writes into a folder of the listener's, which may hold anything: only what was written before is replaced or removed.

What was written is listed in a file of the folder, a name a line below a heading, each before its file is there. An
id behind the name, after a tab, keeps the name when the title of its episode changes.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean
from tui_pod.core.text.file_names import distinct, folded
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
        listed = (line.partition("\t") for line in lines[1:])
        self._know({name: ident for name, _, ident in listed if _is_inside(name)})

    def _know(self, names: dict[str, str]) -> None:
        self.names = names
        """The ids, or nothing, by the names."""
        self._name_of = {ident: name for name, ident in reversed(names.items())}
        self._taken, self._looked_into = {*map(folded, names)}, set[Path]()

    def adopt(self, *names: str) -> None:
        """Take files as written before, such as by a version that kept no list."""
        self._note(dict.fromkeys(names, ""))

    def name_for(self, ident: str, wanted: str, ending: str) -> str:
        """Return the name of an episode's file: after the one that it has here, else as wanted, unlike all others."""
        ident = clean(ident)
        if (known := self._name_of.get(ident)) is not None:
            return f"{known.removesuffix(PurePosixPath(known).suffix)}{ending}"
        if (folder := (self._folder / wanted).parent) not in self._looked_into:
            self._looked_into.add(folder)
            self._taken.update(folded(path.relative_to(self._folder).as_posix()) for path in folder.glob("*"))
        return distinct(wanted, ending, self._taken)

    def claim(self, name: str, ident: str = "") -> Path:
        """Return the path of a file that is to be written; one with an `ident` may lie in a folder, which is made.

        Raises:
            UserError: the name is none of a file, or something else has it, which stays as it is.
            OSError: the list cannot be written.
        """
        path = self._folder / name
        if not _is_inside(name) or ("/" in name and not ident):  # of an id that is a folder
            raise UserError(f"“{clean(name, 60)}” is not a file name; change the id in the catalogue")
        if linked := next((each for each in self._folders(path) if each.is_symlink()), None):
            raise UserError(f"{linked} is a link; move it, or name another folder")
        if name not in self.names and os.path.lexists(path):
            raise UserError(f"{path} was not written by this command; move it, or name another folder")
        if path.is_dir() and not path.is_symlink():
            raise UserError(f"{path} is a folder; move it, or name another folder")
        if path.is_symlink():  # writing would follow it
            raise UserError(f"{path} is a link; move it, or name another folder")
        self._note({name: clean(ident)})
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def remove_others(self, kept: Collection[str]) -> None:
        """Remove what was written before and is not `kept`, and its folders. Raises OSError if that fails."""
        for name in self.names.keys() - set(kept):
            path = self._folder / name
            if path.is_file() and not any(each.is_symlink() for each in (path, *self._folders(path))):
                path.unlink()
                with suppress(OSError):  # other files are in it
                    for folder in self._folders(path):
                        folder.rmdir()
        if left := {name: ident for name, ident in sorted(self.names.items()) if name in kept}:
            if left.keys() != self.names.keys():
                files.replace(self._list, f"{HEAD}\n{_lines(left)}", is_ours=False)
        else:
            self._list.unlink(missing_ok=True)
            self._is_begun = False
        self._know(left)

    def _folders(self, path: Path) -> list[Path]:
        """Return the folders between a file and the folder, the innermost first."""
        return [*path.parents][: len(path.relative_to(self._folder).parts) - 1]

    def _note(self, names: Mapping[str, str]) -> None:
        if new := {name: ident for name, ident in names.items() if self.names.get(name) != ident and _is_inside(name)}:
            self.names |= new
            self._taken.update(map(folded, new))
            for name, ident in new.items():
                self._name_of.setdefault(ident, name)
            files.append(self._list, ("" if self._is_begun else f"{HEAD}\n") + _lines(new))
            self._is_begun = True


def _lines(names: Mapping[str, str]) -> str:
    return "".join(f"{name}\t{ident}".rstrip("\t") + "\n" for name, ident in names.items())


def _is_inside(name: str) -> bool:
    """Return whether a name leads to a file in the folder."""
    is_led_out = name.startswith(("/", "..")) or ".." in name.split("/")
    return name != "." and PurePosixPath(name).as_posix() == name and not is_led_out
