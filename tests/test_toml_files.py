"""Each TOML file that is read: whatever it holds, reading it takes at most 20 times its size, and ends."""

import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.text_readers import REFUSED
from tui_pod.config.reader import read_config
from tui_pod.library.catalog_files import read_catalog
from tui_pod.shelf.logins import Logins
from tui_pod.state.store import StateFile
from tui_pod.sync.folder import SyncFolder
from tui_pod.ui.look.theme_files import read_themes

DOORS: dict[str, Callable[[Path], object]] = {
    "catalogue.toml": read_catalog,
    "settings.toml": read_config,
    "chosen.toml": lambda file: read_config(file.parent / "none.toml", chosen=file),
    "theme.toml": lambda file: read_themes(file.parent, ()),
    "state.toml": lambda file: StateFile(file).load(),
    "logins.toml": lambda file: Logins(file.parent).kept("a"),
    "other-12345678.toml": lambda file: SyncFolder(file.parent, "mine").gather(datetime.now(UTC)),
}
"""What reads a file of this name."""


@pytest.mark.parametrize("unit", ["a.", "[", "k{} = 1\n", "[t{}.b.b]\n"])
@pytest.mark.parametrize("name", DOORS)
def test_file_takes_at_most_20_times_its_size(tmp_path: Path, name: str, unit: str) -> None:
    text = "version = 1\n" + "".join(unit.replace("{}", str(number)) for number in range(60_000 // len(unit)))
    if unit == "a.":
        text += "a = 1"
    file = tmp_path / name
    file.write_text(text)
    file.chmod(0o600)
    tracemalloc.start()
    try:
        with suppress(*REFUSED):
            DOORS[name](file)
        assert tracemalloc.get_traced_memory()[1] < 20 * len(text) + 8_000_000
    finally:
        tracemalloc.stop()
