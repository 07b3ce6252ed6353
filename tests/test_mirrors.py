"""Every module with rules has a test of its own name, or CONTRIBUTING says which test covers it."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]

MANY = 12
"""A module with fewer decisions is a value, or wiring."""

DECISIONS = (ast.If, ast.IfExp, ast.For, ast.While, ast.Compare, ast.BoolOp)


def decides(path: Path) -> bool:
    return sum(isinstance(node, DECISIONS) for node in ast.walk(ast.parse(path.read_text("utf-8")))) >= MANY


def covered() -> tuple[set[str], dict[str, str]]:
    """Return the modules in the table of CONTRIBUTING (a folder ends in a slash), and the tests of each row."""
    modules, tests = set[str](), dict[str, str]()
    table = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("| modules without a mirror test |")[2]
    for row in re.findall(r"^\| (`.*?) \| (.*?) \|$", table.partition("\n\n")[0], re.MULTILINE):
        tests[row[0]] = row[1]
        for part in row[0].split("; "):
            folder, _, names = part.rpartition(": ") if "`: " in part else ("", "", part)
            for name in re.findall(r"`(.*?)`", names):
                modules.add(folder.strip("`") + name)
    return modules, tests


def test_module_with_rules_has_a_test_of_its_name_or_is_in_the_table() -> None:
    modules, _ = covered()
    lacking = []
    for path in (ROOT / "tui_pod").rglob("*.py"):
        place = path.relative_to(ROOT / "tui_pod")
        name = place.with_suffix("").as_posix()
        mirror = ROOT / "tests" / place.parent / f"test_{path.stem}.py"
        is_covered = name in modules or any(f"{folder.as_posix()}/" in modules for folder in place.parents)
        if not (mirror.exists() or path.stem.startswith("__") or is_covered) and decides(path):
            lacking.append(name)
    assert lacking == []


def test_table_names_modules_and_tests_that_exist() -> None:
    modules, tests = covered()
    assert modules
    for name in modules:
        assert (ROOT / "tui_pod" / (name if name.endswith("/") else f"{name}.py")).exists(), name
    for row, said in tests.items():
        for name in re.findall(r"`(tests/.*?)`", said):
            assert (ROOT / name).exists(), (row, name)
