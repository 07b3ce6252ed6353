"""Generate parts of docs/manual/, the manual page and the completions from the program's own tables."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.completions import completion_script  # noqa: E402
from scripts.json_shapes import documents  # noqa: E402
from tui_pod import __version__  # noqa: E402
from tui_pod.cli.commands import COMMANDS, OF_THE_APP, SHARED, Argument, Command  # noqa: E402
from tui_pod.cli.parser import make_parser  # noqa: E402
from tui_pod.config.keymap import PALETTE, PRESETS, show_keys  # noqa: E402
from tui_pod.config.paths import COMPLETIONS  # noqa: E402
from tui_pod.config.reader import allowed, setting_rows, toml_value  # noqa: E402
from tui_pod.core.actions import ACTIONS, shown_keys  # noqa: E402
from tui_pod.core.library.podcast_settings import ROWS, Setting  # noqa: E402

MANUAL = ROOT / "docs" / "manual"
HELP = Argument("-h, --help", text="show this help message and exit")
JSON = Argument("--json", text="print JSON")
VERSION = Argument("--version", text="show program's version number and exit")
"""What argparse and the parser add."""


def with_names(commands: Sequence[Command], before: str = "") -> Iterator[tuple[str, Command]]:
    """Yield each command that can be run, with all its words."""
    for command in commands:
        name = f"{before}{command.name}"
        if command.commands:
            yield from with_names(command.commands, f"{name} ")
        else:
            yield name, command


def settings_table() -> str:
    """Return every setting as a table in Markdown."""
    lines = ["| setting | default | may be | does |", "| --- | --- | --- | --- |"]
    for row in setting_rows():
        default = f"`{toml_value(row.default)}`" if row.type is not dict else ""
        lines.append(f"| `{row.path}` | {default} | {allowed(row)} | {row.key.text} |")
    presets = " or ".join(f"`{toml_value(name)}`" for name in PRESETS)
    lines.append(f'| `keys.preset` | `"default"` | {presets} | Keys to begin with |')
    lines.append('| `keys."ID"` | | text | Keys of an action, separated by commas |')
    return "\n".join(lines)


def podcast_table() -> str:
    """Return every setting of a podcast as a table in Markdown."""
    lines = ["| setting | may be | does | otherwise |", "| --- | --- | --- | --- |"]
    for name, row in ROWS.items():
        usual = f"`{row.usual}`" if "." in row.usual else row.usual
        lines.append(f"| `{name}` | {row.kind.allowed} | {row.text} | {usual} |")
    return "\n".join(lines)


def keys_table() -> str:
    """Return every key as a table in Markdown."""
    lines = ["| key | does | id |", "| --- | --- | --- |"]
    for action in ACTIONS:
        keys = " ".join(f"`{key}`".replace("|", "\\|") for key in shown_keys(action)) or PALETTE
        lines.append(f"| {keys} | {action.label} | `{action.id}` |")
    return "\n".join(lines)


def made_files() -> dict[Path, str]:
    """Return every file that is made, with what it should hold."""
    parts = (
        ("keys.md", "keys", keys_table()),
        ("settings.md", "settings", settings_table()),
        ("podcasts.md", "podcast settings", podcast_table()),
        ("commands.md", "commands", commands_table()),
        ("json.md", "documents", documents()),
    )
    files = {MANUAL / page: fill_in(MANUAL / page, name, part) for page, name, part in parts}
    files[ROOT / "share" / "man" / "man1" / "tui-pod.1"] = man_page()
    return files | {ROOT / path: completion_script(make_parser(), shell) for shell, path in COMPLETIONS.items()}


def fill_in(page: Path, name: str, part: str) -> str:
    """Return the text of a page with its made part written anew."""
    before, start, rest = page.read_text("utf-8").partition(f"<!-- made: {name} -->\n")
    _, end, after = rest.partition("<!-- end -->")
    if not end:
        raise SystemExit(f"{page}: the place of the part “{name}” is missing")
    return f"{before}{start}{part}\n{end}{after}"


def commands_table() -> str:
    """Return all commands and their options as tables in Markdown."""
    lines = ["| command | does |", "| --- | --- |"]
    options = [(option, "every command") for option in (HELP, *SHARED)]
    options += [(option, "`tui-pod`") for option in (*OF_THE_APP, VERSION)]
    for name, command in with_names(COMMANDS):
        lines.append(f"| `{_cell(_usage(name, command))}` | {command.text[0].upper()}{command.text[1:]} |")
        options += [(option, f"`{name}`") for option in _options(command)]
    owners: dict[tuple[str, str], list[str]] = {}
    for option, owner in options:
        owners.setdefault((_option(option), option.text), []).append(owner)
    lines += ["", "| option | of | does |", "| --- | --- | --- |"]
    lines += (f"| `{_cell(option)}` | {', '.join(names)} | {text} |" for (option, text), names in owners.items())
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def man_page() -> str:
    """Return the manual page in roff."""
    sections = (
        ("NAME", [r"tui\-pod \- listening sessions in the terminal"]),
        ("SYNOPSIS", [".B tui\\-pod", "[\\fIOPTIONS\\fR]", ".br", ".B tui\\-pod", "\\fICOMMAND\\fR [\\fIOPTIONS\\fR]"]),
        ("DESCRIPTION", [_roff(DESCRIPTION)]),
        ("OPTIONS", [line for option in (HELP, *SHARED, *OF_THE_APP, VERSION) for line in _man_option(option)]),
        ("COMMANDS", [line for name, command in with_names(COMMANDS) for line in _man_command(name, command)]),
        ("KEYS", ["The defaults; for those in use run", '.BR "tui\\-pod keys" .', *_man_keys()]),
        ("SETTINGS OF A PODCAST", [line for row in ROWS.values() for line in _man_setting(row)]),
        ("FILES", [line for name, text in FILES for line in (".TP", f".I {_roff(name)}", _roff(text))]),
        ("ENVIRONMENT", [line for name, text in ENVIRONMENT for line in (".TP", f".B {_roff(name)}", _roff(text))]),
        ("EXIT STATUS", ["0 for success, 1 for failure, 2 for wrong usage."]),
        ("EXAMPLES", [line for call, text in EXAMPLES for line in (".TP", f".B {_roff(call)}", _roff(text))]),
        ("SEE ALSO", [".BR mpv (1)"]),
    )
    lines = [r".\" Made by scripts/make_manual.py", f'.TH TUI\\-POD 1 "" "tui\\-pod {__version__}" "User Commands"']
    for title, content in sections:
        lines += [f".SH {title}" if " " not in title else f'.SH "{title}"', *content]
    return "\n".join(lines) + "\n"


DESCRIPTION = (
    "tui-pod shows a tree of topics, the episodes of the chosen topic with their summaries, and a bar that plays them. "
    "It never loses your position, and it narrates the episodes that have no recording. Without a command it starts "
    "the app; the commands work in scripts, and some control the running app."
)

FILES = (
    ("~/.config/tui-pod/config.toml", "Your settings, never written. See: tui-pod config --default"),
    ("~/.local/state/tui-pod/state.toml", "Your progress, with its journal and backup beside it."),
    ("~/.local/share/tui-pod", "Feeds and downloads."),
    ("~/.cache/tui-pod", "Narrations and indexes; all of it can be rebuilt."),
)

ENVIRONMENT = (
    ("NO_COLOR", "If set, no colours are used."),
    ("XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_DATA_HOME, XDG_CACHE_HOME", "Where these folders are."),
)

ROFF = {"\\": "\\e", "-": "\\-", '"': "\\(dq", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}
"""How roff writes what it reads otherwise; the backslash first."""

EXAMPLES = (
    ("tui-pod --session 15m", "Start with a session of 15 minutes."),
    ('tui-pod list --topic "AI Safety" --status unplayed', "What is left in a topic."),
    ("tui-pod plan 18:42 --json", "What fits until then, as JSON."),
    ("tui-pod --catalog talks.toml --ao null", "Try a catalogue without sound."),
)


def _usage(name: str, command: Command) -> str:
    words = []
    for value in _values(command):
        word = f"{_name(value)}…" if value.nargs in ("*", "+") else _name(value)
        words.append(f"[{word}]" if value.nargs in ("?", "*") else word)
    return " ".join((f"tui-pod {name}", *words, *(f"[{_option(option)}]" for option in _options(command))))


def _values(command: Command) -> list[Argument]:
    return [argument for argument in command.arguments if not argument.name.startswith("-")]


def _options(command: Command) -> list[Argument]:
    own = (argument for argument in command.arguments if argument.name.startswith("-") and not argument.is_hidden)
    return [*([JSON] if command.has_json else []), *own]


def _name(argument: Argument) -> str:
    """Return what stands for a value: its name, or the words that it may be."""
    return argument.metavar or "|".join(argument.choices)


def _option(option: Argument) -> str:
    return f"{option.name} {_name(option)}".rstrip()


def _man_option(option: Argument) -> Iterator[str]:
    names = ", ".join(f"\\fB{_roff(name)}\\fR" for name in option.name.split(", "))
    value = f" \\fI{_roff(_name(option))}\\fR" if _name(option) else ""
    yield from (".TP", names + value, _roff(option.text))


def _man_command(name: str, command: Command) -> Iterator[str]:
    yield f'.SS "{_roff(_usage(name, command))}"'
    yield f"{_roff(command.text[0].upper() + command.text[1:])}."
    for value in _values(command):
        if value.text and not value.choices:
            yield from (".TP", f"\\fI{_roff(_name(value))}\\fR", _roff(value.text))
    for option in _options(command):
        yield from _man_option(option)


def _man_setting(row: Setting) -> Iterator[str]:
    yield from (
        ".TP",
        f"\\fB{row.name}\\fR",
        _roff(f"{row.text}: {row.kind.allowed}; otherwise {row.usual}."),
    )


def _man_keys() -> Iterator[str]:
    for action in ACTIONS:
        yield from (".TP", f"\\fB{_roff(show_keys(action.keys))}\\fR", f"{_roff(action.label)} ({_roff(action.id)})")


def _roff(text: str) -> str:
    """Return text as roff reads it: no command, no hyphenation of options."""
    for character, escape in ROFF.items():
        text = text.replace(character, escape)
    return f"\\&{text}" if text.startswith(".") else text


def main() -> None:
    """Write what has changed, and print which files these are."""
    for path, text in made_files().items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
