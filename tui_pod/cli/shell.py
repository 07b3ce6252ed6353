"""The commands about tui-pod itself: keys, settings, completions and man page."""

from __future__ import annotations

import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator

from tui_pod.cli.shared import Column, load_config, open_library, print_json, print_table, tell
from tui_pod.config.keymap import PRESETS, show_keys
from tui_pod.config.paths import COMPLETIONS, MAN_PAGE, find_paths, shipped
from tui_pod.config.reader import Row, allowed, setting_rows, toml_value
from tui_pod.config.settings import bound_actions
from tui_pod.core.actions import ACTIONS, needs_cursor
from tui_pod.core.text.clean import counted, enumerated

_SUBSTITUTED = frozenset("`$\\")
"""Characters that can run a command within backticks even if escaped; words with them are not offered."""

HEAD = """\
# Settings of tui-pod with their defaults. tui-pod reads this file and never writes it.
# A fault is shown at the start, and the default is used.
"""

KEYS = """\
# Keys of an action: names or characters, separated by commas; "?", "ctrl+x", "shift+left", "f5", "pagedown".
# tui-pod keys shows those in use. Uncomment and change any line below.
"""


def run_keys(options: Namespace) -> None:
    """Print every key in use."""
    actions = bound_actions(load_config(options).settings)
    if options.json:
        print_json([{"id": a.id, "keys": a.key_list, "does": a.label, "where": a.where} for a in actions])
        return
    columns = (Column("keys", 12), Column("id"), Column("does", 16))
    print_table(columns, [(show_keys(action.keys).replace(", ", " "), action.id, action.label) for action in actions])


def run_config(options: Namespace) -> int:
    """Print the default settings, or the path of the settings; return 1 if these have faults."""
    if options.default:
        sys.stdout.write(default_config())
        return 0
    path = find_paths(options.state, options.config).config
    print(path)
    config = load_config(options)
    if not path.exists():
        create = f"mkdir -p '{path.parent}' && tui-pod config --default > '{path}'"
        tell(f"The file does not exist. To create it: {create}")
    return 1 if config.notices else 0


def run_man(_: Namespace) -> int:
    """Show the man page with `man`, or print its source; return the exit status of `man`."""
    page = shipped(MAN_PAGE)
    if sys.stdout.isatty() and (program := shutil.which("man")):
        return subprocess.run([program, str(page)], check=False).returncode
    sys.stdout.write(page.read_text("utf-8"))
    return 0


def run_completions(options: Namespace) -> None:
    """Print the completion script of a shell, or the words of a kind for such a script."""
    if options.words is None:
        sys.stdout.write(shipped(COMPLETIONS[options.shell]).read_text("utf-8"))
        return
    words: Iterable[tuple[str, str]]
    if options.words == "settings":
        from tui_pod.core.library.podcast_settings import ROWS  # the other kinds need none of it
        from tui_pod.wishes.logins import LOGIN_KEYS

        texts = {name: row.text for name, row in ROWS.items()} | LOGIN_KEYS
        words = [(f"{name}=", text) for name, text in texts.items()]
    elif options.words == "actions":
        words = [(action.id, action.label) for action in ACTIONS if not needs_cursor(action)]
    elif options.words == "feeds":
        from tui_pod.cli.podcasts.feeds import feed_names  # imports the network and the database

        words = feed_names(options)
    else:
        library = open_library(options).library
        counts = (counted(len(members)) for members in library.topics.members)
        words = zip(library.ids, library.titles) if options.words == "ids" else zip(library.topics.names, counts)  # noqa: B905
    for word, text in words:
        if not _SUBSTITUTED.intersection(word):
            print(word, text, sep="\t")


def default_config() -> str:
    """Return a settings file that changes nothing: every setting with what it does, what it may be, and its default."""
    parts = [HEAD]
    section = ""
    for row in setting_rows():
        header = row.path if row.type is dict else row.section
        if header != section:
            section = header
            parts.append(f"[{section}]\n")
        parts.append("\n".join(_setting(row)) + "\n")
    presets = enumerated([toml_value(name) for name in PRESETS], "or")
    parts.append("[keys]\n")
    parts.append(f'{KEYS}\n# Keys to begin with: {presets}.\npreset = "default"\n')
    parts.append("\n".join(_keys()) + "\n")
    return "\n".join(parts)


def _setting(row: Row) -> Iterator[str]:
    is_open = row.key.least is None and not row.key.choices
    yield f"# {row.key.text}." if is_open else f"# {row.key.text}: {allowed(row)}."
    if row.key.example:
        yield f"# {row.key.example}"
    if row.type is not dict:
        yield f"{row.name} = {toml_value(row.default)}"


def _keys() -> Iterator[str]:
    lines = [f'# "{action.id}" = {toml_value(action.keys)}' for action in ACTIONS]
    width = max(map(len, lines))
    for line, action in zip(lines, ACTIONS, strict=True):
        yield f"{line:<{width}}  # {action.label}"
