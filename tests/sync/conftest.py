"""Machines that share a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.machines import Machine


@pytest.fixture
def machines(tmp_path: Path) -> tuple[Machine, Machine]:
    """Return two machines whose folder is the same."""
    (tmp_path / "shared").mkdir()
    made = Machine("one", tmp_path / "one"), Machine("two", tmp_path / "two")
    for machine in made:
        machine.home.mkdir()
        machine.folder.symlink_to(tmp_path / "shared")
    return made
