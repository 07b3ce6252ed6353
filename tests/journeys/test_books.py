"""A week with two books and a folder of talks: slept through, renamed by a tagger, unmounted, and heard to the end."""

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.journeys.listener import Listener
from tests.sources.folders.sounds import make_long_mp3, make_mp3

PART = 60
"""About how long a part of a book is, in seconds."""


def put_book(folder: Path, title: str, name: Callable[[int], str], **tags: str) -> None:
    """Write the parts of a book; their sound depends on title and number alone."""
    for number in (1, 2, 3):
        make_long_mp3(
            folder / name(number), PART, f"{title} {number}", f"Chapter {number}", str(number), TALB=title,
            TPE1="Jane Austen", **tags,
        )  # fmt: skip


def test_week_with_two_books_and_a_folder_of_talks(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "ida")
    shelf = listener.folder / "Shelf"
    put_book(shelf / "Emma", "Emma", "{:02}.mp3".format)
    put_book(shelf / "Persuasion", "Persuasion", "CD {0}/track.mp3".format)
    for talk in ("On bees", "On ice"):
        make_mp3(shelf / "Talks" / f"{talk}.mp3", talk, TPE1=f"The speaker {talk.lower()}")
    catalog = listener.folder / "catalog.toml"
    catalog.write_text('version = 1\ntitle = "None"\n')
    arguments = ("--catalog", str(catalog))
    listener.run("feeds", "add", str(shelf), *arguments)
    listed = [line.split("\t")[:2] for line in listener.run("list", *arguments).splitlines()]
    ids = {title: ident for ident, title in listed}
    assert list(ids) == ["Emma", "Persuasion", "On bees", "On ice"]

    # the timer is set in the second chapter, and ends with it
    with listener.sits_down(*arguments) as app:
        app.see("Emma", "Persuasion", "On bees")
        app.press("\r")
        app.hear("Emma")
        app.do(":", "12:34")
        app.press("1:10\r")
        app.hear("Emma", 70)
        app.do("z", "End of this chapter")
        app.press(6 * "\x1b[B" + "\r")
        app.see("ch 2/3", "☾ 1 ch")
        app.do(":", "12:34")
        app.press("1:56\r")
        app.see("The sleep timer has paused", "‖ Emma", "ch 3/3")
        app.press("Z")
        app.see("ch 2/3")
        app.hear("Emma", 70)
        app.quit()
    assert 70 <= listener.progress(ids["Emma"]).position < 120

    # a tagger renames the files and writes other tags
    shutil.rmtree(shelf / "Emma")
    put_book(shelf / "Austen - Emma (1815)", "Emma", "Emma, chapter {0}.mp3".format, TYER="1815", TCOM="Ann Reader")
    with listener.sits_down(*arguments) as app:
        app.see("‖ Emma", "ch 2/3")
        app.do("R", "Jane Austen · Ann Reader")
        app.do("i", "esc Close")
        app.see("Ann Reader", "1815")
        app.escape("esc Close")
        app.press(" ")
        app.hear("Emma", 70)
        app.press("]")
        app.see("1.1×")
        app.quit()

    # the disk is away for an evening
    left = listener.progress(ids["Emma"]).position
    away = shelf.rename(shelf.with_name("Away"))
    with listener.sits_down(*arguments) as app:
        app.see("‖ Emma", "◐ Emma", "Persuasion")
        app.press(" ")
        app.see("is gone")
        app.quit()
    assert listener.progress(ids["Emma"]).position == left
    away.rename(shelf)

    # it is heard to its end; the next book waits for a key, and has its own speed
    with listener.sits_down(*arguments) as app:
        app.see("‖ Emma")
        app.press(" ")
        app.hear("Emma", 70)
        app.do(":", "12:34")
        app.press("2:48\r")
        app.see("✓ Emma")
        app.lose("▶ Emma")
        assert app.bar() is None
        app.press(">")
        app.hear("Persuasion")
        app.see("1×")
        app.quit()
    assert listener.progress(ids["Emma"]).played
    assert listener.progress(ids["Emma"]).plays == 1
    assert {line.split("\t")[0] for line in listener.run("list", *arguments).splitlines()} == set(ids.values())
    names = sorted(file.name for file in shelf.rglob("*") if file.is_file())  # nothing is written there
    assert names == [
        *(f"Emma, chapter {number}.mp3" for number in (1, 2, 3)),
        "On bees.mp3",
        "On ice.mp3",
        *3 * ["track.mp3"],
    ]
