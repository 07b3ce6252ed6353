"""The default settings file says what each setting may be, and changes nothing."""

from pathlib import Path

import pytest

from tui_pod.cli.shell import default_config
from tui_pod.config.reader import parse_config
from tui_pod.config.settings import Config
from tui_pod.core.actions import ACTIONS


@pytest.mark.parametrize(
    "line",
    [
        '# How much the program in plain lines says: "brief", "usual" or "full".',
        "# Share of the length that may be left when an episode counts as played: a number from 0 to 0.1.",
        "# Whether to narrate episodes without a recording.",
        '# device = "pulse/headset"',
        "downloads_mb = 2000",
        "[ui]",
        "[speeds]",
    ],
)
def test_default_file_has_the_line(line: str) -> None:
    assert line in default_config().split("\n")


def without_fixed(config: Config) -> Config:
    """Leave out which settings the file has: the app changes none of these."""
    return config._replace(settings=config.settings._replace(fixed=frozenset()))


def test_default_file_changes_nothing(tmp_path: Path) -> None:
    assert without_fixed(parse_config(default_config(), tmp_path / "config.toml")) == Config()


def test_default_file_changes_nothing_with_its_keys_uncommented(tmp_path: Path) -> None:
    text = default_config()
    for action in ACTIONS:
        text = text.replace(f'# "{action.id}"', f'"{action.id}"')
    assert without_fixed(parse_config(text, tmp_path / "config.toml")) == Config()


def test_labels_of_keys_are_in_one_column_after_the_longest_key() -> None:
    lines = [line for line in default_config().partition("[keys]")[2].split("\n") if line.startswith('# "')]
    assert len(lines) == len(ACTIONS)
    longest = max(len(line[: line.index(" # ")].rstrip()) for line in lines)
    assert {line.index(" # ") for line in lines} == {longest + 1}


def test_each_section_has_one_header() -> None:
    headers = [line for line in default_config().split("\n") if line.startswith("[")]
    assert len(headers) == len(set(headers))
    assert (headers[0], headers[-1]) == ("[start]", "[keys]")


@pytest.mark.parametrize(
    "line",
    ["# Name of a theme; if empty, the last one chosen in the palette, or one that matches the terminal.",
     "# Catalogues beside the embedded one; a path is relative to this file."],
)  # fmt: skip
def test_setting_of_any_text_does_not_say_what_it_may_be(line: str) -> None:
    assert line in default_config().split("\n")
