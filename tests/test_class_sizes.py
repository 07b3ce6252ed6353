"""No class grows past what one can hold in mind. It counts with its base classes in this project."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tui_pod"

MAX_METHODS = 45
"""Methods of a class and its bases, those of parts that it binds included, properties left out."""


def methods_of_classes(root: Path) -> dict[str, set[str]]:
    """Return the names of the methods of each class below `root`, those of its base classes there included.

    An attribute that is set to a method of another object, as in `self.stop = player.stop`, is a method too. So is one
    that anyone may call and that is set to a callable argument, as in `self.stop = stop`.
    """
    classes = {node.name: node for path in root.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))
               if isinstance(node, ast.ClassDef)}  # fmt: skip
    own = {name: set(_defined(node)) for name, node in classes.items()}
    known = set[str]().union(*own.values())

    def methods(name: str) -> set[str]:
        found = own[name] | set(_bound(classes[name], known))
        for base in classes[name].bases:
            if isinstance(base, ast.Name) and base.id in classes and base.id != name:
                found |= methods(base.id)
        return found

    return {name: methods(name) for name in classes}


def _defined(node: ast.ClassDef) -> Iterator[str]:
    for part in node.body:
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            marks = [ast.unparse(mark) for mark in part.decorator_list]
            if not any("property" in mark or ".setter" in mark for mark in marks):
                yield part.name


def _bound(node: ast.ClassDef, known: set[str]) -> Iterator[str]:
    """Yield the attributes that are set to a known method or to a callable argument, one or several in a statement."""
    arguments = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg) and _is_callable(part.annotation)}
    for left, right in _assignments(node):
        if not isinstance(left, ast.Attribute) or ast.unparse(left.value) != "self":
            continue
        is_method = isinstance(right, ast.Attribute) and right.attr in known
        is_argument = isinstance(right, ast.Name) and right.id in arguments and not left.attr.startswith("_")
        if is_method or is_argument:
            yield left.attr


def _assignments(node: ast.ClassDef) -> Iterator[tuple[ast.expr, ast.expr]]:
    for part in ast.walk(node):
        if isinstance(part, ast.AnnAssign) and part.value is not None:
            yield part.target, part.value
        elif isinstance(part, ast.Assign):
            for target in part.targets:
                yield from zip(_items(target), _items(part.value), strict=False)


def _is_callable(annotation: ast.expr | None) -> bool:
    return annotation is not None and ast.unparse(annotation).startswith("Callable")


def _items(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def test_classes_have_few_methods() -> None:
    sizes = {name: len(found) for name, found in methods_of_classes(PACKAGE).items()}
    assert {name: size for name, size in sizes.items() if size > MAX_METHODS} == {}


def test_methods_of_bases_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class A:\n def one(self): ...\n @property\n def two(self): ...\n")
    (tmp_path / "b.py").write_text("class B(A):\n def one(self): ...\n async def three(self): ...\n")
    assert methods_of_classes(tmp_path) == {"A": {"one"}, "B": {"one", "three"}}


@pytest.mark.parametrize(
    "line",
    [
        "self.stop = part.stop", "self.stop, self.title = part.stop, part.title", "self.stop: Stop = part.stop",
        "self.stop = stop", "self.stop, self._hidden = stop, stop",
    ],
)  # fmt: skip
def test_bound_methods_are_counted(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.py").write_text("class Part:\n title = ''\n def stop(self): ...\n")
    (tmp_path / "b.py").write_text(f"class Whole:\n def __init__(self, part, stop: Callable[[], None]):\n  {line}\n")
    assert methods_of_classes(tmp_path)["Whole"] == {"__init__", "stop"}
