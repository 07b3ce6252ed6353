"""No class, module or folder grows past what one can hold in mind; a class with its base classes in this project."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

MAX_LINES = 400
"""Of a module."""

MAX_MODULES = 16
"""Of a folder."""

MAX_METHODS = 45
"""Methods of a class and its bases, properties left out."""


def methods_of_classes(root: Path) -> dict[str, set[str]]:
    """Return the names of the methods of each class below `root`, those of its base classes there included."""
    classes = {node.name: node for path in root.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))
               if isinstance(node, ast.ClassDef)}  # fmt: skip

    def methods(name: str) -> set[str]:
        found = set[str]()
        for part in classes[name].body:
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
                is_value = any("property" in ast.unparse(mark) or ".setter" in ast.unparse(mark)
                               for mark in part.decorator_list)  # fmt: skip
                found |= set() if is_value else {part.name}
        for base in classes[name].bases:
            if isinstance(base, ast.Name) and base.id in classes and base.id != name:
                found |= methods(base.id)
        return found

    return {name: methods(name) for name in classes}


def test_classes_have_few_methods() -> None:
    sizes = {name: len(found) for name, found in methods_of_classes(Path(__file__).parents[1] / "tui_pod").items()}
    assert {name: size for name, size in sizes.items() if size > MAX_METHODS} == {}


def test_methods_of_bases_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class A:\n def one(self): ...\n @property\n def two(self): ...\n")
    (tmp_path / "b.py").write_text("class B(A):\n def one(self): ...\n async def three(self): ...\n")
    assert methods_of_classes(tmp_path) == {"A": {"one"}, "B": {"one", "three"}}


def test_modules_and_rooms_are_small() -> None:
    package = Path(__file__).parents[1] / "tui_pod"
    modules = [path for path in package.rglob("*.py") if path.name != "__init__.py"]
    lines = {str(path): len(path.read_text("utf-8").splitlines()) for path in modules}
    assert {path: count for path, count in lines.items() if count > MAX_LINES} == {}
    rooms = Counter(path.parent for path in modules)
    assert {str(room): count for room, count in rooms.items() if count > MAX_MODULES} == {}
