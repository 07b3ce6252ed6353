"""Write what bash, zsh and fish need to complete the program's words, from its parser.

Ids, topics and podcasts are asked of the program itself while one types: `tui-pod completions --words ids`.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Mapping

from tui_pod.cli.command_tree import Command, Flag, Value, describe
from tui_pod.cli.completion_scripts import BASH, FISH, ZSH, ZSH_COMMANDS


def complete_bash(parser: argparse.ArgumentParser) -> str:
    """Return the script for bash; 3.2, which macOS has, is enough."""
    root = describe(parser)
    return _fill(
        BASH,
        flags=["|".join(p for patterns, flag in _flags(root) if flag.value for p in patterns) + ") skip=1 ;;"],
        commands=[f'"{_at(c)}") at="{c.name}" place=0 ;;' for c in root.all() if c.name],
        values=[f"{'|'.join(p)}) {_bash_reply(f.value)}; return ;;" for p, f in _flags(root) if f.value],
        options=[f'"{c.name}") _tui_pod_words {_names(root, c)} ;;' for c in root.all()],
        places=[f"{pattern}) {_bash_reply(value)} ;;" for pattern, value in _places(root)],
    )


def complete_zsh(parser: argparse.ArgumentParser) -> str:
    """Return the script for zsh, to be put on its `fpath` as `_tui-pod` or to be sourced."""
    root = describe(parser)
    functions = [_zsh_function(command) for command in reversed(root.all())]
    return _fill(ZSH, shared=[_zsh_flag(flag) for flag in _shared(root)], functions=functions)


def complete_fish(parser: argparse.ArgumentParser) -> str:
    """Return the script for fish."""
    root = describe(parser)
    return _fill(
        FISH,
        flags=[" ".join(f"'{p.replace(chr(34), '')}'" for patterns, f in _flags(root) if f.value for p in patterns)],
        commands=[line for c in root.all() if c.name for line in _fish_case(c)],
        lines=[line for command in root.all() for line in _fish_lines(root, command)],
    )


SHELLS: Mapping[str, Callable[[argparse.ArgumentParser], str]] = {
    "bash": complete_bash,
    "zsh": complete_zsh,
    "fish": complete_fish,
}
"""How the script of each shell is made."""


def _shared(root: Command) -> list[Flag]:
    """Return the flags that work with every command."""
    return [flag for flag in root.flags if flag.is_shared]


def _at(command: Command) -> str:
    """Return where a command's last word is read: `:list`, `feeds:add`."""
    front, _, word = command.name.rpartition(" ")
    return f"{front}:{word}"


def _flags(root: Command) -> Iterator[tuple[list[str], Flag]]:
    """Yield each flag with the patterns of where it may stand: `"list:--topic"`, `*:--state`."""
    shared = _shared(root)
    for command in root.all():
        for flag in command.flags:
            if flag not in shared:
                yield [f'"{command.name}:{name}"' for name in flag.names], flag
    for flag in shared:
        yield [f"*:{name}" for name in flag.names], flag


def _names(root: Command, command: Command) -> str:
    flags = dict.fromkeys((*command.flags, *_shared(root)))
    return " ".join(name for flag in flags for name in flag.names if name.startswith("--"))


def _places(root: Command) -> Iterator[tuple[str, Value]]:
    """Yield what stands in each place of each command, with its pattern."""
    for command in root.all():
        if command.commands:
            words = tuple(below.name.rpartition(" ")[2] for below in command.commands)
            yield f'"{command.name}:"*', Value("", "", words=words)
        for place, value in enumerate(command.values):
            if value.words or value.kind:
                yield f'"{command.name}:"' + ("*" if value.is_repeated else str(place)), value


def _bash_reply(value: Value | None) -> str:
    if value is None or not (value.words or value.kind):
        return ":"
    if value.words:
        return f"_tui_pod_words {' '.join(value.words)}"
    return {"files": "_tui_pod_paths -f", "folders": "_tui_pod_paths -d"}.get(value.kind, f"_tui_pod_ask {value.kind}")


def _zsh_function(command: Command) -> str:
    specs = ['"${_tui_pod_shared[@]}"', *(_zsh_flag(flag) for flag in command.flags if not flag.is_shared)]
    name = "__".join(("_tui_pod", *command.name.replace("-", "_").split()))
    if not command.commands:
        specs += [_zsh_value(value) for value in command.values]
        return f"{name}() {{\n    _arguments -S \\\n        " + " \\\n        ".join(specs) + "\n}\n"
    specs += ["'1: :->command'", "'*:: :->rest'"]
    words = [below.name.rpartition(" ")[2] for below in command.commands]
    described = (_quoted(f"{word}:{below.text}") for word, below in zip(words, command.commands, strict=True))
    calls = (f"{word}) {name}__{word.replace('-', '_')} ;;" for word in words)
    return _fill(
        ZSH_COMMANDS,
        name=[name],
        specs=[" \\\n        ".join(specs)],
        described=list(described),
        calls=list(calls),
    )


def _zsh_flag(flag: Flag) -> str:
    name = next(name for name in flag.names if name.startswith("--"))
    text = flag.text.replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
    star = "*" if flag.is_repeated else ""
    value = f"{_zsh_kind(flag.value)}" if flag.value else ""
    return _quoted(f"{star}{name}{'=' if flag.value else ''}[{text}]{value}")


def _zsh_value(value: Value) -> str:
    front = "*" if value.is_repeated else "" if value.is_required else ":"
    return _quoted(front + _zsh_kind(value))


def _zsh_kind(value: Value) -> str:
    paths = {"files": "_files", "folders": "_files -/", "": " "}
    offered = f"({' '.join(value.words)})" if value.words else paths.get(value.kind, f"_tui_pod_{value.kind}")
    return f":{value.name}:{offered}"


def _fish_case(command: Command) -> tuple[str, ...]:
    return f"case '{_at(command)}'", f"    set at '{command.name}'", "    set place 0"


def _fish_lines(root: Command, command: Command) -> Iterator[str]:
    shared = _shared(root)
    start = "complete -c tui-pod"
    here = f"{start} -n '__tui_pod_is \"{command.name}\"'"
    for below in command.commands:
        yield f"{here} -a {below.name.rpartition(' ')[2]} -d {_fish(below.text)}"
    for flag in command.flags:
        if flag in shared and command is root:
            yield f"{start} {_fish_flag(flag)}"
        elif flag not in shared:
            yield f"{here} {_fish_flag(flag)}"
    for place, value in enumerate(command.values):
        if value.words or value.kind:
            last = "" if value.is_repeated else f" {place}"
            yield f"{start} -n '__tui_pod_is \"{command.name}\" {place}{last}' {_fish_value(value)}"


def _fish_flag(flag: Flag) -> str:
    names = (f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in flag.names)
    value = f" {_fish_value(flag.value)}" if flag.value else ""
    return f"{' '.join(names)}{value}" + (f" -d {_fish(flag.text)}" if flag.text else "")


def _fish_value(value: Value) -> str:
    if value.words:
        return f"-x -a {_fish(' '.join(value.words))}"
    asked = f"-x -a '(tui-pod completions --words {value.kind} 2>/dev/null)'"
    return {"files": "-r -F", "folders": "-x -a '(__fish_complete_directories)'", "": "-x"}.get(value.kind, asked)


def _fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fill(template: str, **parts: list[str]) -> str:
    """Return a template with lines for each `@name@`, at its indent; shells use braces and dollars themselves."""
    for name, lines in parts.items():
        indent = re.search(rf"^( *).*@{name}@", template, re.MULTILINE)
        joint = "\n" + (indent[1] if indent else "")
        template = template.replace(f"@{name}@", joint.join(lines))
    return template
