"""No pattern of the program, and no reader of texts, takes more than linear time, whatever the text."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.linear_patterns import QUICK, Used, attacks, give_up, is_steep
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]

ONLY_KNOWN_IN_A_RUN = {
    "tui_pod.cli.parser: command.negative",
    "tui_pod.config.reader: key.pattern",
    "tui_pod.core.library.episode: f'(?<!\\\\d)0*{number}(?!\\\\d)'",
    "tui_pod.core.library.podcast_settings: _whole(word)",
    "tui_pod.core.library.podcast_settings: f'(?<!\\\\\\\\){by}'",
    "tui_pod.core.library.podcast_settings: f'[{special}]'",
    "tui_pod.core.text.plain_toml: whole",
    "tui_pod.core.text.speech: f'(?<![\\\\w-])({'|'.join(map(re.escape, words))})(s?)(?!\\\\w)'",
    "tui_pod.ui.look.cells: re.escape(word)",
}
"""Patterns around words of a run: none repeats more than one character."""


@pytest.mark.timeout(10 * PATIENCE)
def test_no_pattern_takes_more_than_linear_time() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "tests.linear_patterns"], cwd=ROOT, capture_output=True, text=True, check=True,
        timeout=10 * PATIENCE,
    )  # fmt: skip
    lines = found.stdout.splitlines()
    assert [line for line in lines if not line.startswith("unknown: ")] == []
    unknown = {line.removeprefix("unknown: ").replace('"', "'") for line in lines}  # 3.12 quotes otherwise
    assert unknown == ONLY_KNOWN_IN_A_RUN


@pytest.fixture
def limited() -> Iterator[None]:
    former = signal.signal(signal.SIGVTALRM, give_up)
    yield
    signal.signal(signal.SIGVTALRM, former)


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"(?:<\?[^<>]{0,200}>|<!--.{0,2000}?-->|\s)*<tt\b", "match"),
        (r"(?:a+)+b", "match"),
        (r"(?:\w+\s?)*;", "match"),
        (r"<!--.*?-->", "findall"),
        (r"\s+,", "findall"),
        (r"[\s,]*\d?[\s,]*x", "fullmatch"),
    ],
)
def test_steep_pattern_is_found(pattern: str, method: str) -> None:
    used = Used("here", re.compile(pattern, re.DOTALL), frozenset({method}))
    assert any(is_steep(used.run, attack, str, QUICK) for attack in attacks(used.pattern))
