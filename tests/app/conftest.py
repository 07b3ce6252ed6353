"""A folder with a catalogue of two recordings, for programs that run in processes of their own."""

from pathlib import Path

import pytest

from tests.audio.test_player_contract import make_wav

CATALOG = """version = 1
title = "Two"

[[episodes]]
id = "first"
title = "The first of two"
summary = "It is a minute long."
duration = 60
audio = "first.wav"

[[episodes]]
id = "second"
title = "The second [/] of \\u001b]52;c;cm0=\\u0007 two"
summary = "It is a minute long too."
duration = 60
audio = "second.wav"
"""


@pytest.fixture
def room(home: Path) -> Path:
    """An empty folder to start in, with a catalogue of two recordings in it."""
    folder = home / "room"
    folder.mkdir()
    make_wav(folder / "first.wav", 60.0)
    make_wav(folder / "second.wav", 60.0)
    (folder / "two.toml").write_text(CATALOG, "utf-8")
    return folder
