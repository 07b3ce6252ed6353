import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from tui_pod.config.paths import Paths, find_paths
from tui_pod.terminal.saved_screen import read_screen, screen_file, stamp, write_screen

SIZE = (120, 40)

SAVED_SCREEN = "\x1b[1mTitles\x1b[0m\x1b[2;1H\n◐ é"


@pytest.fixture
def options() -> Namespace:
    """The options of a start."""
    return Namespace(catalog=[Path("two.toml")], config=None)


@pytest.fixture
def paths(options: Namespace, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """Paths with a state, a catalogue, and a saved screen of them."""
    monkeypatch.setenv("COLORTERM", "truecolor")
    found = find_paths()
    for file in (found.state, found.config, found.data / "feeds.sqlite"):
        file.parent.mkdir(parents=True, exist_ok=True)
    found.state.write_text("version = 1\n", "utf-8")
    files = [found.state, found.config, found.data / "feeds.sqlite", found.data / "feeds.opml"]
    write_screen(found, options, SIZE, [stamp(file) for file in files], SAVED_SCREEN)
    return found


def test_saved_screen_of_what_has_not_changed_is_true(paths: Paths, options: Namespace) -> None:
    assert read_screen(paths, options, SIZE).decode("utf-8") == SAVED_SCREEN


CHANGES: dict[str, Callable[[Paths], object]] = {
    "the state": lambda paths: paths.state.write_text("version = 1\n# marked\n", "utf-8"),
    "the state, of the same size": lambda paths: os.utime(paths.state, ns=(1, 1)),
    "the state gone": lambda paths: paths.state.unlink(),
    "settings": lambda paths: paths.config.write_text("[ui]\ntheme = 'nord'\n"),
    "a new feed": lambda paths: (paths.data / "feeds.sqlite").write_bytes(bytes(60) + bytes([0, 0, 0, 1]) + bytes(8)),
    "feeds lost": lambda paths: (paths.data / "feeds.opml").write_text("<opml/>"),
    "a torn file": lambda paths: os.truncate(screen_file(paths), screen_file(paths).stat().st_size - 1),
    "a damaged file": lambda paths: screen_file(paths).write_bytes(
        screen_file(paths).read_bytes().replace(b"Titles", b"Turtle")
    ),
    "an empty file": lambda paths: screen_file(paths).write_bytes(b""),
    "noise": lambda paths: screen_file(paths).write_bytes(bytes(range(256))),
}


@pytest.mark.parametrize("change", CHANGES)
def test_saved_screen_is_not_true_after(change: str, paths: Paths, options: Namespace) -> None:
    CHANGES[change](paths)
    assert read_screen(paths, options, SIZE) == b""


@pytest.mark.parametrize("variable", ["TERM", "COLORTERM", "NO_COLOR", "TEXTUAL_COLOR_SYSTEM", "LANG"])
def test_saved_screen_is_of_one_kind_of_terminal(
    variable: str, paths: Paths, options: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "another")
    assert read_screen(paths, options, SIZE) == b""


@pytest.mark.parametrize("obeyed", ["\x1b]52;c;cm0=\x07", "\x1b[?1049l", "\x9b2J", "\u202e", "\x1b", "\r"])
def test_saved_screen_that_does_more_than_draw_is_not_shown(paths: Paths, options: Namespace, obeyed: str) -> None:
    write_screen(paths, options, SIZE, [], SAVED_SCREEN + obeyed)
    assert read_screen(paths, options, SIZE) == b""


def test_saved_screen_is_closed_to_others(paths: Paths) -> None:
    assert screen_file(paths).stat().st_mode & 0o777 == 0o600


def test_saved_screen_is_of_one_size_and_command_line(paths: Paths, options: Namespace) -> None:
    assert read_screen(paths, options, (119, 40)) == b""
    assert read_screen(paths, Namespace(catalog=[], config=None), SIZE) == b""
    assert read_screen(paths, Namespace(catalog=options.catalog, config=Path("other.toml")), SIZE) == b""


def test_saved_screen_is_of_one_day(paths: Paths, options: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.strftime", lambda _: "2030-01-01 +0000")
    assert read_screen(paths, options, SIZE) == b""


def test_feeds_written_without_anything_new_leave_the_saved_screen_true(paths: Paths, options: Namespace) -> None:
    database = paths.data / "feeds.sqlite"
    database.write_bytes(bytes(100))
    write_screen(paths, options, SIZE, [stamp(database)], SAVED_SCREEN)
    database.write_bytes(bytes(200))
    assert read_screen(paths, options, SIZE) != b""
