"""A command pays only for what it uses: what stays unimported is looked up in the modules of a real process.

An import in a function says why it is there.
"""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

COSTLY = {"ctranslate2", "faster_whisper", "hibari", "mpv", "numpy", "rich", "textual"}
"""Packages that commands without a screen must leave alone."""

RUN_COMMAND = """
import sys
from tui_pod.cli.main import main
for command in sys.argv[1:]:
    try:
        status = main(command.split())
    except SystemExit as error:
        status = error.code
    assert not status, command
print(*sorted(sys.modules), file=sys.stderr)
"""

IMPORT_CORE = """
import sys
before = set(sys.modules)
import importlib, pkgutil
import tui_pod.core
for module in pkgutil.walk_packages(tui_pod.core.__path__, "tui_pod.core."):
    importlib.import_module(module.name)
print(*sorted(set(sys.modules) - before), file=sys.stderr)
"""

IMPORT_LISTENING = """
import importlib, sys
from pathlib import Path
from tui_pod.services.lifetime import PRELOADED
from tui_pod.integrations.remote_socket import socket_name
for module in PRELOADED:
    importlib.import_module(module)
socket_name(Path("state.toml"))
print(*sorted(sys.modules), file=sys.stderr)
"""

IMPORT_FIRST_SCREEN = """
import importlib, sys
from tui_pod.services.lifetime import PRELOADED
for module in ("app.launch", "terminal.start", "terminal.host", "ui.app", "ui.driver"):
    importlib.import_module(f"tui_pod.{module}")
later = {*PRELOADED, "tomllib", "tui_pod.core.library.podcast_settings"}
print(*sorted(later & set(sys.modules)), file=sys.stderr)
"""

REASON = re.compile(r"# (?!noqa|type: )")


def modules_after(script: str, *arguments: str, home: Path) -> set[str]:
    """Return the modules that a fresh process has when `script` is done; it lists them on its last line."""
    folders = {f"XDG_{name}_HOME": str(home) for name in ("CACHE", "CONFIG", "DATA", "STATE")}
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, **folders, "HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


def test_commands_without_a_screen_leave_costly_packages_alone(tmp_path: Path) -> None:
    commands = ("--version", "list", "list --json", "status", "mark played llm-layers", "check", "stats", "keys",
                "config", "config --default", "completions zsh", "completions --words ids")  # fmt: skip
    modules = modules_after(RUN_COMMAND, *commands, home=tmp_path)
    assert "tui_pod.cli.main" in modules
    assert not {name.partition(".")[0] for name in modules} & COSTLY


def test_export_without_podcasts_leaves_the_network_alone(tmp_path: Path) -> None:
    assert "ssl" not in modules_after(RUN_COMMAND, "bookmarks --csv", home=tmp_path)


def test_core_imported_whole_is_standard_library_alone(tmp_path: Path) -> None:
    modules = modules_after(IMPORT_CORE, home=tmp_path)
    assert "tui_pod.core.playback.controller" in modules
    ours = {name for name in modules if name.partition(".")[0] == "tui_pod"}
    assert {name.partition(".")[0] for name in modules - ours} <= sys.stdlib_module_names
    assert all(name in ("tui_pod", "tui_pod.core") or name.startswith("tui_pod.core.") for name in ours)


def test_listening_alone_loads_no_big_tables(tmp_path: Path) -> None:
    modules = modules_after(IMPORT_LISTENING, home=tmp_path)
    assert "tui_pod.core.library.transcript" in modules
    assert not modules & {"html.entities", "numpy"}


def test_first_screen_loads_nothing_that_follows_it(tmp_path: Path) -> None:
    follower = "tui_pod.integrations.broadcast"  # what brings an app back to a terminal follows what plays
    assert modules_after(IMPORT_FIRST_SCREEN, home=tmp_path) == {follower}


def unexplained(text: str) -> Iterator[str]:
    """Yield the imports in functions that have no reason beside them; what is imported together has one for all."""
    lines = text.splitlines()
    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        last, has_reason = 0, False
        for node in sorted(
            (node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)),
            key=lambda node: node.lineno,
        ):
            is_together = not "".join(lines[last : node.lineno - 1]).strip()
            has_reason = (has_reason and is_together) or bool(REASON.search(lines[node.lineno - 1]))
            last = node.end_lineno or node.lineno
            if not has_reason:
                yield ast.unparse(node)


def test_import_in_a_function_says_why() -> None:
    found = {str(path): list(unexplained(path.read_text("utf-8"))) for path in (ROOT / "tui_pod").rglob("*.py")}
    assert {path: imports for path, imports in found.items() if imports} == {}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("import mpv", ["import mpv"]),
        ("import mpv  # noqa: F401", ["import mpv"]),
        ("import mpv  # may be missing", []),
        ("import mpv  # noqa: F401  # may be missing", []),
        ("import json  # seldom needed\n\n    import mpv", []),
        ("import json  # seldom needed\n    json.loads(x)\n    import mpv", ["import mpv"]),
    ],
)
def test_unexplained_import_is_found(body: str, found: list[str]) -> None:
    assert list(unexplained(f"def f(x):\n    {body}")) == found
