"""Tests use what modules offer, and wait on state: no private attributes, sleeps, short waits or timed assertions."""

import ast
import re
from collections.abc import Iterator
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
