"""Tests use what modules offer, and wait on state: no private attributes, sleeps, short waits or timed assertions.

The graph of imports between the package's modules, those for type checking included, has the known circles only. A
name means one thing: no two classes share one, nor do modules of settings outside `config/`. A command pays only for
what it uses: what stays unimported is looked up in the modules of a real process. An import in a function says why it
is there.
"""

import ast
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]

SLEEPER = ROOT / "tests" / "patience.py"
"""Where alone tests sleep."""

TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if "torture" not in path.parts)

CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "time"}
"""What a machine that is busy, or slow, makes long; what grows with the square is measured in `benchmarks/`."""

PUBLIC = {"_asdict", "_driver", "_field_defaults", "_fields", "_make", "_replace"}
"""Names of named tuples that begin with an underscore and are not private, and one of Textual's."""


WAITS = {"join", "settimeout", "timeout", "wait"}
"""Methods with a limit in seconds; one below a second is how often something is looked at, or what shall not come."""


SLEEPS = re.compile(r"\bsleep\((?!0\))")
"""A sleep in a program's text."""


SLEEP = "sleep"
"""For texts of this module, which are looked at too."""


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC


def defined(tree: ast.AST) -> set[str]:
    """Return the private names that a module defines, as functions, variables or attributes of `self`."""
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.id if isinstance(node, ast.Name) else node.attr)
    return set(filter(is_private, names))


@cache
def ours() -> set[str]:
    """Return the private names that the program defines."""
    return set[str]().union(*(defined(ast.parse(path.read_text("utf-8"))) for path in (ROOT / "tui_pod").rglob("*.py")))


def faults(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the kind of each fault in a module of tests."""
    foreign = ours() - defined(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=value, attr=attr) if attr in foreign:
                if not (isinstance(value, ast.Name) and value.id in ("self", "cls")):
                    yield node.lineno, f"private {attr}"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="time" | "asyncio"), attr="sleep"), args=[seconds]):
                if not (isinstance(seconds, ast.Constant) and seconds.value == 0):
                    yield node.lineno, "sleep"
            case ast.ImportFrom(module="time" | "asyncio", names=names) if "sleep" in [name.name for name in names]:
                yield node.lineno, "sleep"
            case ast.Constant(value=str(text)) if SLEEPS.search(text):  # what a process of its own runs
                yield node.lineno, "sleep"
            case (
                ast.keyword(arg="timeout", value=ast.Constant(value=int() | float() as limit))
                | ast.Call(
                    func=ast.Attribute(attr="wait_for"), args=[ast.Call(), ast.Constant(value=int() | float() as limit)]
                )
            ) if 1 <= limit < PATIENCE:
                yield node.lineno, "short wait"
            case ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant(value=int() | float() as limit)]):
                if name in WAITS and 1 <= limit < PATIENCE:
                    yield node.lineno, "short wait"
            case ast.Assert(test=ast.Compare(left=ast.BinOp(left=ast.Call(func=ast.Attribute(attr=clock))))):
                if clock in CLOCKS:
                    yield node.lineno, "timed assertion"


def test_tests_reach_into_nothing_and_wait_on_state() -> None:
    found = [
        (path.relative_to(ROOT), *fault)
        for path in TESTS
        for fault in faults(ast.parse(path.read_text("utf-8")))
        if path != SLEEPER or fault[1] != "sleep"
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("writer._thread.join()", "private _thread"),
        (f"time.{SLEEP}(1)", "sleep"),
        (f"await asyncio.{SLEEP}(0.1)", "sleep"),
        (f"while f(): time.{SLEEP}(0.1)", "sleep"),
        ("from time import sleep", "sleep"),
        (f"PROGRAM = 'import time; time.{SLEEP}(60)'", "sleep"),
        ("assert time.monotonic() - began < 1.0", "timed assertion"),
        ("assert time.process_time() - began < 1.0", "timed assertion"),
        ("assert ended.wait(5)", "short wait"),
        ("await asyncio.wait_for(ended.wait(), 10)", "short wait"),
        ("subprocess.run(command, timeout=30)", "short wait"),
    ],
)
def test_fault_is_found(text: str, kind: str) -> None:
    assert list(faults(ast.parse(f"async def f():\n    {text}"))) == [(2, kind)]


@pytest.mark.parametrize(
    "text",
    ["row._replace(a=1)", "await asyncio.sleep(0)", "self._thread", "app._driver_class", "assert not ended.wait(0.1)"],
)
def test_what_is_allowed_is_no_fault(text: str) -> None:
    assert list(faults(ast.parse(f"async def f():\n    {text}"))) == []


WRITES_SEQUENCES, READS_SEQUENCES = "core/text/escapes.py", "plain/keyboard.py"
"""The only modules of the program with escape sequences."""


def test_escape_sequences_are_listed_in_one_place() -> None:
    package = ROOT / "tui_pod"
    found = [
        str(path.relative_to(package))
        for path in sorted(package.rglob("*.py"))
        if any(
            isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and ord("\x1b") in _codes(node.value)
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
        )
    ]
    assert found == [WRITES_SEQUENCES, READS_SEQUENCES]


def _codes(value: str | bytes) -> list[int]:
    return list(value.encode("utf-8", "replace") if isinstance(value, str) else value)


HUBS = {"tui_pod.ui.app", "tui_pod.ui.screens.main"}
"""Textual's app, and the main screen, which mediates between its controllers: what they build knows them again."""


def imported(tree: ast.AST, modules: frozenset[str]) -> Iterator[str]:
    """Yield the modules that a module imports, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                if name in modules:
                    yield name
                elif node.module in modules:
                    yield node.module


def import_graph(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Return which modules each module imports, given their sources by name."""
    modules = frozenset(sources)
    return {name: set(imported(ast.parse(source), modules)) - {name} for name, source in sources.items()}


def circles(graph: Mapping[str, set[str]]) -> list[set[str]]:
    """Return the strongly connected components of more than one module (Tarjan's algorithm)."""
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []

    def visit(name: str) -> None:
        numbers[name] = lowest[name] = len(numbers)
        stack.append(name)
        for other in graph[name]:
            if other not in numbers:
                visit(other)
            if other in stack:
                lowest[name] = min(lowest[name], lowest[other])
        if lowest[name] == numbers[name]:
            row = stack.index(name)
            component = set(stack[row:])
            del stack[row:]
            if len(component) > 1:
                found.append(component)

    for name in graph:
        if name not in numbers:
            visit(name)
    return found


def read_package() -> dict[str, str]:
    """Return the sources of the package's modules by their names."""
    sources = {}
    for path in sorted((ROOT / "tui_pod").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        sources[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text("utf-8")
    return sources


def test_package_has_the_known_circles_only() -> None:
    graph = import_graph(read_package())
    assert len(circles(graph)) <= len(HUBS)
    assert circles({name: imports - HUBS for name, imports in graph.items() if name not in HUBS}) == []


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({"p.a": "from p.b import x", "p.b": "import json"}, []),
        ({"p.a": "from p.b import x", "p.b": "from p import a"}, [{"p.a", "p.b"}]),
        ({"p.a": "def f():\n    import p.b", "p.b": "if TYPE_CHECKING:\n    from p.a import A"}, [{"p.a", "p.b"}]),
        ({"p.a": "import p.b", "p.b": "import p.c", "p.c": "import p.a", "p.d": "import p.a"}, [{"p.a", "p.b", "p.c"}]),
    ],
)
def test_circle_is_found_through_every_kind_of_import(sources: dict[str, str], expected: list[set[str]]) -> None:
    assert circles(import_graph(sources)) == expected


PACKAGE = Path(__file__).parents[1] / "tui_pod"


def shared_class_names(package: Path) -> set[str]:
    """Return the names of classes that more than one class of a package has."""
    homes: dict[str, list[Path]] = defaultdict(list)
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(path)
    return {name for name, paths in homes.items() if len(paths) > 1}


def test_class_names_in_the_package_are_unique() -> None:
    assert shared_class_names(PACKAGE) == set()


def test_class_names_that_two_modules_use_are_found(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("class Plan: ...\nclass Only: ...\n")
    (tmp_path / "two.py").write_text("def make():\n    class Plan: ...\n")
    assert shared_class_names(tmp_path) == {"Plan"}


def test_settings_modules_are_named_after_what_they_set() -> None:
    assert [str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("settings.py")] == ["config/settings.py"]


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
