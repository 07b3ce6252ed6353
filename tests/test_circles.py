"""The graph of imports between the package's modules, those for type checking included, has the known circles only."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

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
