"""README and docs say what is so: commands are taken, links lead somewhere, keys exist, and claims are checked."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui_pod.cli.parser import make_parser
from tui_pod.core.actions import ACTIONS, shown_keys

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [
    README,
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "CHANGELOG.md",
]
LINES = 150
"""Lines of the README: it is read before anything else."""


def commands(page: Path) -> Iterator[str]:
    """Yield each command line of the program in the shell blocks of a page."""
    for block in re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            yield from re.findall(r"^(tui-pod(?: .*)?)$", line.strip())


COMMANDS = sorted({(page.name, command) for page in PAGES for command in commands(page)})


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_command_of_a_page_is_one_that_the_program_takes(page: str, command: str) -> None:
    words = shlex.split(re.split(r" (?:[|>&;]|&&) ?", command)[0], comments=True)
    make_parser().parse_args(words[1:])  # exits, which fails the test, if it does not know one


def test_readme_and_guide_have_commands() -> None:
    assert {"README.md", "guide.md", "manual.md", "remote.md"} <= {page for page, _ in COMMANDS}


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as they are made for Markdown."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_of_a_page_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


def test_keys_of_the_readme_are_the_programs() -> None:
    known = {key for action in ACTIONS for key in shown_keys(action)}
    table = re.search(r"^\| key \| does \|\n(.*?)\n\n", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert table is not None
    for key in re.findall(r"`([^`]+)`", table[1]):
        assert key in known, key


def test_readme_begins_with_a_picture_and_is_short() -> None:
    lines = README.read_text("utf-8").splitlines()
    assert len(lines) <= LINES
    assert any(line.startswith("![") for line in lines[:6])


def test_checks_that_are_named_exist() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", (ROOT / "docs" / "checked.md").read_text("utf-8"))
    assert named
    assert not [path for path in named if not (ROOT / path).exists()]
