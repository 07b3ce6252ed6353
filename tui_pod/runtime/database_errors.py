"""What an error of SQLite means, in our words: its own message may quote text from the file."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from tui_pod.runtime.log import log

DATABASE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What a statement raises; the second one if SQLite's message quotes text from the file that is not UTF-8."""

_PASSING = {
    "SQLITE_BUSY": "another program is using it",
    "SQLITE_LOCKED": "another program is using it",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_INTERRUPT": "it took too long",
}
_REASONS = _PASSING | {
    "SQLITE_READONLY": "it cannot be written",
    "SQLITE_PERM": "access is denied",
    "SQLITE_AUTH": "access is denied",
    "SQLITE_CANTOPEN": "it cannot be opened",
    "SQLITE_IOERR": "the disk reports an error",
    "SQLITE_NOMEM": "there is not enough memory",
}
"""By the beginning of the error's name, which may go on with `_` and a detail."""


def explain_database_error(error: Exception, what: str) -> str:
    """Return why a database cannot be used, to follow a colon; write the cause to the log, which names the file."""
    if "INTERRUPT" not in _name(error):  # each key of a search interrupts the one before
        log(f"{what}: {type(error).__name__}: {error}")
    if is_damage(error):
        return "it is damaged"
    return _REASONS.get(_name(error)) or f"an unexpected error ({type(error).__name__})"


def stored_json(value: object) -> Any:
    """Return what a column holds as JSON. Raises JSONDecodeError, also if damage has left no text there."""
    if not isinstance(value, str):
        raise json.JSONDecodeError(f"not a text but {type(value).__name__}", "", 0)
    return json.loads(value)


def is_passing(error: Exception) -> bool:
    """Return True if the file was locked, the disk full or the work interrupted: the content may be sound."""
    return _name(error) in _PASSING


def is_damage(error: Exception) -> bool:
    """Return True if the content is damaged for certain; False too for what permissions or the disk may cause."""
    name = _name(error)
    if name in ("SQLITE_CORRUPT", "SQLITE_NOTADB"):
        return True
    if isinstance(error, sqlite3.Error):  # Python itself reports text that is not UTF-8, without a name
        return "no such" in str(error) or (not hasattr(error, "sqlite_errorname") and "decode" in str(error))
    return isinstance(error, ValueError)


def _name(error: Exception) -> str:
    return "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
