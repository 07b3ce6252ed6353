"""Read `config.toml`. It belongs to the listener and is never written; the app starts whatever is wrong with it.

Below it lies what was chosen in the app, in a file of the same form.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args, get_origin, get_type_hints

from tui_pod.config.settings import CHOSEN, Config, Key, PlayedSettings, Section, Settings
from tui_pod.core.text.clean import clean, enumerated
from tui_pod.runtime.files import read_bytes, reason, replace

MAX_BYTES = 1024 * 1024
"""Largest settings file, in bytes."""

MOST_FAULTS = 100
"""Most faults of a file that are told; looking for what each name may mean takes time."""

MAX_PARTS = 8
"""Maximum number of parts of a key's id that are read; the longest has three."""


class Row:
    """One setting of the table."""

    def __init__(self, section: str, name: str, kind: type, default: Any, key: Key, inner: type = float) -> None:
        self.section = section
        """Empty for those before the first section."""
        self.name = name
        self.type = kind
        """bool, int, float, str, tuple (of texts), or dict (by name)."""
        self.inner = inner
        """Type of the values of a dict."""
        self.default = default
        self.key = key

    @property
    def path(self) -> str:
        """Its name with its section."""
        return f"{self.section}.{self.name}" if self.section else self.name


def setting_rows() -> Iterator[Row]:
    """Yield every setting but the keys, in the order of the default file: tables by name come last."""
    parts: list[tuple[str, Settings | Section]] = [("", Settings()), *_sections()]
    rows = [row for section, default in parts for row in _rows(section, default)]
    yield from sorted(rows, key=lambda row: row.type is dict)


def _rows(section: str, default: Settings | Section) -> Iterator[Row]:
    for name, hint in get_type_hints(type(default), include_extras=True).items():
        key = next((extra for extra in get_args(hint)[1:] if isinstance(extra, Key)), None)
        if key is not None:
            kind, inner = get_origin(get_args(hint)[0]) or get_args(hint)[0], get_args(get_args(hint)[0])
            if kind is Mapping:
                yield Row(section, name, dict, getattr(default, name), key, inner[1])
            else:
                yield Row(section, name, kind, getattr(default, name), key)


def read_config(path: Path, is_named: bool = False, chosen: Path | None = None) -> Config:
    """Return the settings in a file, over those `chosen` in the app; the defaults for the rest.

    If there is no such file, a notice says so if the listener named it.
    """
    if str(path) == os.devnull:  # a usual way to say: no settings
        return Config()
    own = _read_chosen(chosen) if chosen is not None and os.path.exists(chosen) else {}
    config = _read_file(path, is_named, own)
    return config or (_ConfigReader("", path).read({}, own) if own else Config())


def _read_chosen(path: Path) -> dict[str, Any]:
    """Return the settings that were chosen in the app, by their paths, without those that are not valid here."""
    from tui_pod.core.text.plain_toml import loads  # only with such a file

    try:
        data = loads(read_bytes(path, MAX_BYTES).decode())
    except (OSError, ValueError, RecursionError):
        return {}
    rows = {row.path: row for row in setting_rows() if row.path in CHOSEN}
    sections = ((name, values) for name, values in data.items() if isinstance(values, dict))
    found = {f"{name}.{key}": value for name, values in sections for key, value in values.items()}
    return {path: value for path, value in found.items() if path in rows and not fault(rows[path], value)}


def put_chosen(path: Path, values: Mapping[str, object]) -> None:
    """Save settings that were chosen in the app, by their paths, except those not valid here. Raises OSError."""
    sections: dict[str, list[str]] = {}
    rows = {row.path: row for row in setting_rows() if row.path in CHOSEN}
    valid = {name: value for name, value in values.items() if name in rows and not fault(rows[name], value)}
    for name, value in (_read_chosen(path) | valid).items():
        sections.setdefault(rows[name].section, []).append(f"{rows[name].name} = {toml_value(value)}\n")
    texts = (f"\n[{section}]\n{''.join(lines)}" for section, lines in sections.items())
    replace(path, f"# Chosen in tui-pod; what config.toml sets wins.\n{''.join(texts)}")


def _read_file(path: Path, is_named: bool, chosen: Mapping[str, Any]) -> Config | None:
    """Return what `read_config` does; None if there is no file, and none was named."""
    try:
        content = read_bytes(path, MAX_BYTES)
    except FileNotFoundError:
        return Config(notices=(f"{path}: there is no such file; the default settings are used",)) if is_named else None
    except OSError as error:
        return Config(notices=(f"{path}: {reason(error, path)}; the default settings are used",))
    try:
        text = content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Config(notices=(f"{path}:{line}: not UTF-8; the default settings are used",))
    return parse_config(text.removeprefix("\ufeff"), path, chosen)


def parse_config(text: str, path: Path, chosen: Mapping[str, Any] = MappingProxyType({})) -> Config:
    """Return the settings in TOML text over those chosen; `path` is for messages and relative paths."""
    from tui_pod.core.library.toml_lines import error_line  # a start without a settings file needs none of it
    from tui_pod.core.text.plain_toml import loads

    try:
        data = loads(text)
    except (ValueError, RecursionError) as error:
        line, message = error_line(error, text) if isinstance(error, ValueError) else (1, "nested too deeply")
        return Config(notices=(f"{path}:{line}: invalid TOML: {message}; the default settings are used",))
    return _ConfigReader(text, path).read(data, chosen)


class _ConfigReader:
    """Reads one parsed file and collects its faults."""

    def __init__(self, text: str, path: Path) -> None:
        self._text = text
        self._path = path
        self._notices: list[tuple[int, str]] = []

    @cached_property
    def _find_line(self) -> Callable[[str], int]:
        from tui_pod.core.library.toml_lines import line_finder  # only for faults

        return line_finder(self._text)

    def read(self, data: dict[str, Any], chosen: Mapping[str, Any]) -> Config:
        rows = {row.path: row for row in setting_rows()}
        keymap = self._read_keymap(data.pop("keys", {}))
        found: dict[str, dict[str, Any]] = {}
        for path, value in self._flat(data, {row.section for row in rows.values()}):
            row = rows.get(path)
            if row is None and len(self._notices) >= MOST_FAULTS:
                continue
            if row is None:
                self._tell(path, _outcome(f"there is no such setting{_suggestion(path, rows)}", "it is ignored"))
            else:
                found.setdefault(row.section, {})[row.name] = self._value(row, value)
        fixed = frozenset(path for path in CHOSEN if rows[path].name in found.get(rows[path].section, {}))
        for path in chosen.keys() - fixed:
            found.setdefault(rows[path].section, {})[rows[path].name] = rows[path].type(chosen[path])
        self._check_played(found.get("played", {}))
        sections: dict[str, Any] = {name: type(default)(**found.get(name, {})) for name, default in _sections()}
        settings = Settings(**found.get("", {}), **sections, keymap=keymap, fixed=fixed)
        self._notices.sort(key=lambda notice: notice[0])
        return Config(settings, tuple(notice for _, notice in self._notices))

    def _flat(self, data: dict[str, Any], sections: set[str]) -> Iterator[tuple[str, Any]]:
        for name, value in data.items():
            if name not in sections or not name:
                yield name, value
            elif isinstance(value, dict):
                for key, inner in value.items():
                    yield f"{name}.{key}", inner
            else:
                self._tell(name, f"must be a section, [{name}]; its defaults are used")

    def _value(self, row: Row, value: Any) -> Any:
        """Return a value for the app; if it is invalid, the default, with a notice."""
        if row.type is dict:
            return self._by_name(row, value)
        if wrong := fault(row, value):
            self._tell(row.path, f"{wrong}; {toml_value(row.default)} is used")
            return row.default
        if row.name == "catalogs":
            return tuple(self._files(value))
        if row.path in ("sync.folder", "transcribe.model") and value:
            return str(self._absolute(value))
        return row.type(value)

    def _files(self, names: list[str]) -> Iterator[str]:
        """Yield the files that exist, with a notice for the others: a catalogue may be on another disk."""
        for name in names:
            file = self._absolute(name)
            if file.exists():
                yield str(file)
            else:
                self._tell("catalogs", f"there is no file {file}; it is left out")

    def _absolute(self, name: str) -> Path:
        return (self._path.parent / os.path.expanduser(name)).absolute()

    def _by_name(self, row: Row, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self._tell(row.path, f"must be a section, [{row.path}]; it is ignored")
            return row.default  # type: ignore[no-any-return]
        single = Row(row.section, row.name, row.inner, row.default, row.key)
        found = {}
        for name, one in value.items():
            if wrong := fault(single, one):
                used = "the usual speed is used" if row.inner is float else "it is ignored"
                self._tell(f"{row.path}.{name}", f"{wrong}; {used}")
            else:
                found[name] = row.inner(one)
        return found

    def _check_played(self, found: dict[str, Any]) -> None:
        played = PlayedSettings(**found)
        if played.min_left > played.max_left:
            wrong = "min_left" if "min_left" in found else "max_left"
            self._tell(f"played.{wrong}", "min_left must not be above max_left; the defaults of both are used")
            found.pop("min_left", None)
            found.pop("max_left", None)

    def _read_keymap(self, section: Any) -> Mapping[str, str]:
        from tui_pod.config.keymap import PRESETS, check_keymap, show_keys  # 0.4 MB: only with a settings file

        if not isinstance(section, dict):
            self._tell("keys", "must be a section, [keys]; the default keys are used")
            return Settings().keymap
        preset = section.pop("preset", "default")
        if preset not in list(PRESETS):
            self._tell("keys.preset", f"must be {enumerated(list(PRESETS), 'or')}; default is used")
            preset = "default"
        wanted = dict(_leaves(section))
        for ident in [ident for ident, keys in wanted.items() if not isinstance(keys, str)]:
            self._tell(f"keys.{ident}", 'must be text such as "space,p"; it is ignored')
            del wanted[ident]
        keymap, faults = check_keymap(wanted, preset)
        for fault in faults:
            used = f"{show_keys(fault.used)} is used" if fault.used else "it is ignored"
            self._tell(f"keys.{fault.id}", _outcome(fault.message, used))
        return keymap

    def _tell(self, path: str, fault: str) -> None:
        line = self._find_line(path)
        self._notices.append((line, f"{self._path}:{line}: {clean(path, 80)}: {clean(fault, 300)}"))


def toml_value(value: Any) -> str:
    """Return a value of a setting as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, str):
        import json  # only to show settings

        return json.dumps(value, ensure_ascii=False)  # TOML's basic strings have JSON's escapes
    return "[" + ", ".join(toml_value(item) for item in value) + "]"


def allowed(row: Row) -> str:
    """Return the allowed values of a setting, for people."""
    if row.key.choices:
        return enumerated([toml_value(choice) for choice in row.key.choices], "or")
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "text", tuple: "a list of texts",
             dict: "by name"}  # fmt: skip
    if row.key.least is None:
        return names[row.type]
    return f"{names[row.type]} from {row.key.least:g} to {row.key.most:.12g}"


def fault(row: Row, value: Any) -> str | None:
    """Return what is wrong with a value; None if it is right."""
    key, kind = row.key, row.type
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is float:
        is_right = is_number and (isinstance(value, int) or math.isfinite(value))
    elif kind is tuple:
        is_right = isinstance(value, list) and all(isinstance(item, str) for item in value)
        is_right = is_right and all(item.strip() and "\0" not in item for item in value)
    else:
        is_right = type(value) is kind
    if is_right and key.choices:
        is_right = value in key.choices
    if is_right and is_number and key.least is not None and key.most is not None:
        is_right = key.least <= value <= key.most
    if is_right and key.pattern:
        wrong = next(
            (item for item in ([value] if kind is str else value) if not re.fullmatch(key.pattern, item)), None
        )
        if wrong is not None:
            return f"“{wrong}” is not of the form in: {key.example}"
    return None if is_right else f"must be {allowed(row)}"


def _sections() -> Iterator[tuple[str, Section]]:
    return ((name, value) for name, value in Settings()._asdict().items() if isinstance(value, Section))


def _leaves(table: Mapping[str, Any], prefix: str = "", parts: int = MAX_PARTS) -> Iterator[tuple[str, Any]]:
    """Yield the entries of a table of keys, for quoted and dotted ids alike; a too deep table is yielded unchanged."""
    for name, value in table.items():
        if isinstance(value, dict) and parts > 1:
            yield from _leaves(value, f"{prefix}{name}.", parts - 1)
        else:
            yield f"{prefix}{name}", value


def _outcome(fault: str, used: str) -> str:
    """Return a fault and its consequence; a fault that ends with a question is its own sentence."""
    return f"{fault} {used[0].upper()}{used[1:]}" if fault.endswith("?") else f"{fault}; {used}"


def _suggestion(path: str, rows: Mapping[str, Row]) -> str:
    from difflib import get_close_matches  # only for unknown settings

    close = [row for row in rows if row.endswith(f".{path}")] or get_close_matches(path, rows, 1)
    return f"; did you mean {close[0]}?" if close else ""
