"""The default settings file says what each setting may be, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui_pod.config.docs import default_config
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


def test_default_file_changes_nothing(tmp_path: Path) -> None:
    assert parse_config(default_config(), tmp_path / "config.toml") == Config()


def test_default_file_changes_nothing_with_its_keys_uncommented(tmp_path: Path) -> None:
    text = default_config()
    for action in ACTIONS:
        text = text.replace(f'# "{action.id}"', f'"{action.id}"')
    assert parse_config(text, tmp_path / "config.toml") == Config()
