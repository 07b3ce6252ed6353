"""Works are recognised, whichever way their files are named."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.present import present
from tests.sources.folders.sounds import make_long_mp3, make_m4b
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.published import PublishedItem
from tui_pod.sources.folders.listing import read_listing
from tui_pod.sources.folders.names import is_piece

_FRAMES = {"title": "TIT2", "album": "TALB", "artist": "TPE1", "track": "TRCK", "composer": "TCOM", "genre": "TCON"}
_ALTERNATIVES = re.compile(r"(?<!\{)\{([^{}]*)\}(?!\})")


class Work(NamedTuple):
    """A work, and how it is to be shown."""

    wanted: tuple[str, ...]
    """Title, author, series with its number, and narrator; empty for talks."""
    files: tuple[str, ...]
    """In the order in which they are played."""
    tags: Mapping[str, Sequence[str]]


def read_works() -> list[Work]:
    """Return the works of the table."""
    lines = Path(__file__).with_name("works.txt").read_text().splitlines()
    rows = (line.split(" | ") for line in lines if not line.startswith("#"))
    return [_work(wanted, files, tags[0] if tags else "") for wanted, files, *tags in rows]


def _work(wanted: str, files: str, tags: str) -> Work:
    paths = list(_expanded(files))
    values = {
        name: list(_expanded(value)) for name, _, value in (tag.partition("=") for tag in tags.split("; ") if tag)
    }
    facts = () if wanted == "talks" else tuple(fact.strip() for fact in wanted.split(";"))
    return Work(
        facts, tuple(paths), {name: each * len(paths) if len(each) == 1 else each for name, each in values.items()}
    )


def _expanded(text: str) -> Iterator[str]:
    """Yield a text with each combination of its alternatives."""
    found = _ALTERNATIVES.search(text)
    if found is None:
        yield text.replace("{{", "{").replace("}}", "}")
        return
    first, dots, last = found[1].partition("..")
    numbers = [f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1)] if dots else ()
    for each in numbers or found[1].split(","):
        yield from _expanded(text[: found.start()] + each + text[found.end() :])


def make_works(root: Path, works: Sequence[Work]) -> None:
    """Write the files of works below a folder, the last ones first."""
    for work in reversed(works):
        for place, path in reversed(list(enumerate(work.files))):
            tags = {name: values[place] for name, values in work.tags.items()}
            day, has_cue, series = float(tags.pop("day", "0")), "cue" in tags, tags.pop("series", "")
            frames = {_FRAMES[name]: value for name, value in tags.items() if name != "cue"}
            frames |= {"TXXX": f"series\0{series}"} if series else {}
            if path.endswith(".m4b"):
                make_m4b(root / path, 1, {}, tags.get("title", ""), tags.get("album", ""), path)
                continue
            file = make_long_mp3(
                root / path, 1, mark=path, title=frames.pop("TIT2", ""), **{"track": frames.pop("TRCK", "")}, **frames
            )
            os.utime(file, (1.7e9 + 86_400 * day,) * 2)
            if has_cue:
                file.with_suffix(".cue").write_text(
                    f'FILE "{file.name}" MP3\nTRACK 01 AUDIO\nTITLE "One"\nINDEX 01 00:00:00\n'
                )


def fault(work: Work, items: Sequence[PublishedItem], root: Path) -> str:
    """Return what is wrong about a work among the items of a shelf; empty if nothing is."""
    files = {str(root / path) for path in work.files}
    found = ((item.title, item.audio, present(item.recording)) for item in items)
    shown = [each for each in found if files & {each[1], *(part.audio for part in each[2].parts)}]
    if not work.wanted:
        return "" if len(shown) == len(files) else f"{len(shown)} entries for {len(files)} talks"
    if len(shown) != 1:
        return f"{len(shown)} entries"
    ((title, audio, book),) = shown
    parts = tuple(os.path.relpath(path, root) for path in ([part.audio for part in book.parts] or [present(audio)]))
    if parts != work.files:
        return f"parts {parts}"
    facts = title, book.author, book.series, book.narrator
    return "" if facts == work.wanted else f"{facts}"


FLOOR = 0.95
"""Share of the works that must be shown as wanted."""


def test_shelf_of_works_is_shown_as_wanted(tmp_path: Path) -> None:
    works = read_works()
    make_works(tmp_path, works)
    items = read_listing(str(tmp_path), {}, CancelToken()).items or ()
    faults = {work.files[0]: said for work in works if (said := fault(work, items, tmp_path))}
    assert len(works) >= 120
    assert len(faults) <= (1 - FLOOR) * len(works), "\n".join(f"{name}: {said}" for name, said in faults.items())


@pytest.mark.parametrize("name", ["CD1", "Emma - CD 01", "Emma (Disc 2)", "tape.3", "Emma_Teil_1", "Part 100", "DVD-1"])
def test_folder_of_a_disc_is_told_by_its_name(name: str) -> None:
    assert is_piece(f"Books/{name}")


@pytest.mark.parametrize("name", ["CD", "ABCD 1", "CD 1 notes", "Part 1000", "Emma", "1"])
def test_folder_of_another_name_is_no_disc(name: str) -> None:
    assert not is_piece(f"CD 1/{name}")
