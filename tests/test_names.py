"""A name means one thing: no two classes share one, nor do modules of settings outside `config/`."""

import ast
from collections import defaultdict
from pathlib import Path

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
