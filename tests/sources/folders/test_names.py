"""Works are recognised, whichever way their files are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.folders.works import fault, make_works, read_works
from tui_pod.runtime.threads import CancelToken
from tui_pod.sources.folders.listing import read_listing
from tui_pod.sources.folders.names import is_piece

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
