"""The manual says what the program does: its made parts are fresh, its examples work, its links lead somewhere."""

import importlib.util
import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from scripts.json_shapes import SHAPES
from tests.present import present
from tests.tools import needs
from tui_pod.cli.commands import COMMANDS
from tui_pod.config.reader import parse_config
from tui_pod.core.library.catalog import parse_catalog
from tui_pod.state.format import parse_snapshot, to_progress
from tui_pod.ui.look.theme_files import read_themes

ROOT = Path(__file__).parents[1]
MANUAL = ROOT / "docs" / "manual"
TOML = [
    text for page in MANUAL.glob("*.md") for text in re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.S)
]


def load_script() -> ModuleType:
    """Return scripts/make_manual.py, which is in no package."""
    spec = present(importlib.util.spec_from_file_location("make_manual", ROOT / "scripts" / "make_manual.py"))
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_made_files_are_fresh() -> None:
    stale = [
        str(path.relative_to(ROOT))
        for path, text in load_script().made_files().items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    assert not stale, "run: python scripts/make_manual.py"


def test_manual_has_the_document_of_each_command_that_prints_json() -> None:
    """`tests/cli/conftest.py` compares them with what commands print."""
    printing = {name for name, command in load_script().with_names(COMMANDS) if command.has_json}
    assert printing == SHAPES.keys() - {"lists LIST", "now --follow", "sync --machines"}


def test_fill_in_without_the_place_of_a_part_says_so() -> None:
    with pytest.raises(SystemExit, match="keys"):
        load_script().fill_in(MANUAL / "README.md", "keys", "table")


def test_settings_of_the_manual_have_no_fault(tmp_path: Path) -> None:
    settings = [text for text in TOML if not re.search(r"^version|^\[\[|^background", text, re.M)]
    assert settings
    assert [notice for text in settings for notice in parse_config(text, tmp_path / "config.toml").notices] == []


def test_theme_of_the_manual_has_no_fault(tmp_path: Path) -> None:
    (text,) = (text for text in TOML if "background =" in text)
    (tmp_path / "own.toml").write_text(text)
    themes, faults = read_themes(tmp_path, ())
    assert ([theme.name for theme in themes], faults) == (["own"], ())


def test_catalogue_of_the_manual_has_no_fault() -> None:
    (text,) = (text for text in TOML if "[[episodes]]" in text)
    (episode,) = parse_catalog(text).episodes
    assert (episode.id, episode.duration, episode.tags) == ("pruning", 940.0, ("Trees",))


def test_state_of_the_manual_is_read() -> None:
    (text,) = (text for text in TOML if "[episodes." in text)
    progress = present(to_progress(parse_snapshot(text)["episodes"]["llm-layers"]))
    assert (progress.position, progress.duration) == (42.3, 105.0)


def test_places_named_in_contributing_are_there() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    answers = re.findall(r"\| (?:`(\w+)` and )?`(\w+)` in `([\w/.]+\.py)`", guide)
    assert len(answers) == 19
    for symbol, file in ((symbol, file) for *symbols, file in answers for symbol in symbols if symbol):
        pattern = rf"^(def|class) {symbol}\b|^{symbol}\b.* ="
        assert re.search(pattern, (ROOT / "tui_pod" / file).read_text("utf-8"), re.MULTILINE), symbol


@needs("groff")
def test_manual_page_is_read_without_a_warning() -> None:
    page = ROOT / "share" / "man" / "man1" / "tui-pod.1"
    command = ["groff", "-ww", "-man", "-Tutf8", "-Kutf8", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "tui-pod - listening sessions in the terminal" in done.stdout
