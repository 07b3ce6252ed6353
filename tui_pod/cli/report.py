"""What a report of a fault needs, in one file that names nothing the listener hears, and no secret."""

from __future__ import annotations

import platform
import re
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path

from tui_pod import __version__
from tui_pod.cli.shared import Opened, open_library
from tui_pod.config.paths import Paths, find_paths
from tui_pod.config.reader import read_config, setting_rows
from tui_pod.config.settings import Config
from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import visible
from tui_pod.runtime import files
from tui_pod.runtime.log import logs

MAX_LOG = 50_000
"""Bytes of each log that are reported, the last ones."""

SHORTEST = 4
"""Letters of the shortest title that is looked for: “On” is everywhere."""

# a log's line may be long and hostile: each repeat that can be tried from many places has a bound
_QUOTED = re.compile("“[^”]{0,1000}”")
_ADDRESS = re.compile(r"(?<!\S)[^\s@]*+@\S+|[a-z+]{0,9}://[^\s'\"]+|\b\d{1,3}(\.\d{1,3}){3}\b")
_HOST = re.compile(r"(?<![\w./-])(?:[a-z0-9-]+\.)+(?!py\b|so\b|toml\b|json\b|sqlite\b|log\b|bak\b)[a-z]{2,}\b(?![.(])")
_PATH = re.compile(r"(?<=')[/~][^']+(?=')|(?<![\w.~…])[/~][^\s'\"/]{1,255}/(?:[^'\":;,]*/)?[^\s'\":;,]*")


def write_report(options: Namespace, checks: Iterable[str]) -> None:
    """Write the report that `options.report` names. Raises UserError: it cannot be written."""
    paths = find_paths(options.state, options.config)
    config = read_config(paths.config, options.config is not None, paths.chosen)
    try:
        opened = open_library(options)
    except UserError:
        opened = None  # a check says why
    hidden = _Hidden(paths, opened)
    lines = [*_versions(), "", *map(hidden.line, checks), "", *_settings(config), "", *_logs(paths, hidden)]
    try:
        files.replace(Path(options.report), visible("\n".join(lines)) + "\n", is_ours=False, is_private=True)
    except OSError as error:
        raise UserError(f"the report cannot be written: {files.reason(error)}") from error


def _versions() -> Iterator[str]:
    yield f"tui-pod {__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield ", ".join(sorted({f"{each.name} {each.version}" for each in distributions() if each.name}))


def _settings(config: Config) -> Iterator[str]:
    """Yield the settings that were changed, with texts only where there are few possible ones."""
    yield "Settings that differ from the defaults:"
    for row in setting_rows():
        section = getattr(config.settings, row.section) if row.section else config.settings
        value = getattr(section, row.name)
        if value != row.default:
            yield f"{row.path} = {value if isinstance(value, (bool, int, float)) or row.key.choices else '(set)'}"


def _logs(paths: Paths, hidden: _Hidden) -> Iterator[str]:
    for log in logs(paths.log):
        if log.exists():
            text = files.read_bytes(log, sys.maxsize)[-MAX_LOG:].decode("utf-8", "replace")
            yield f"{log.name}, {datetime.fromtimestamp(log.stat().st_mtime, UTC):%Y-%m-%d %H:%M} UTC:"
            yield from map(hidden.line, hidden.without_names(text).splitlines())


class _Hidden:
    """Takes out of a text what tells who listens, and to what."""

    def __init__(self, paths: Paths, opened: Opened | None) -> None:
        names = set[str]()
        if opened is not None:
            names = {*opened.library.titles, *opened.library.topics.names, *opened.library.ids}
        self._names = sorted((name for name in names if len(name) >= SHORTEST), key=len, reverse=True)
        own = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[1]), *map(str, paths))
        self._own = tuple(self._with_tilde(folder) for folder in own)

    def without_names(self, text: str) -> str:
        """Return a text without the titles of the library."""
        for name in self._names:
            if name in text:
                text = text.replace(name, "…")
        return text

    def line(self, text: str) -> str:
        """Return a line without addresses, other folders than the program's, and what is quoted."""
        text = self._with_tilde(_QUOTED.sub("“…”", text))
        if text.startswith("  "):  # a line of a traceback, which names code alone
            return text
        return _HOST.sub("(address)", _PATH.sub(self._path, _ADDRESS.sub("(address)", text)))

    def _path(self, found: re.Match[str]) -> str:
        return found[0] if found[0].startswith(self._own) else "(path)"

    @staticmethod
    def _with_tilde(text: str) -> str:
        return text.replace(str(Path.home()), "~")
