"""Themes of one's own, from files to what is drawn."""

from pathlib import Path

import pytest
from textual.color import Color

from tests.app_driver import ServicesOver, run_app
from tests.scenes import SCENES
from tui_pod.ui.look.theme_files import read_themes
from tui_pod.ui.look.themes import contrast, luminance

OCEAN = 'background = "#001020"\nforeground = "#e0e8f0"\nprimary = "#40a0ff"\n'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (OCEAN, ""),
        (f"{OCEAN}dark = 1\n", "ocean.toml:4: dark must be true or false"),
        (f'{OCEAN}[x]\ny = "red"\n', "ocean.toml:4: x: there is no such colour"),
        (f'{OCEAN}error = "reddish"\n', "ocean.toml:4: error must be a colour"),
        (f'{OCEAN}error = "#ff000080"\n', "ocean.toml:4: error must be a colour"),
        (f'{OCEAN}error = "#400000"\n', "ocean.toml:4: error has a contrast of 1."),
        ('primary = "red"\n', "ocean.toml:1: background and foreground must be set"),
        ("\nprimary = \n", "ocean.toml:2: Invalid value"),
    ],
)
def test_fault_of_a_theme_file_has_its_line(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "ocean.toml").write_text(text)
    found = read_themes(tmp_path, ())
    assert [said[: len(fault)] for said in found.faults] == ([fault] if fault else [])
    assert [theme.name for theme in found.themes] == (["ocean"] if OCEAN in text else [])
    assert not found.themes or found.themes[0].dark
    assert read_themes(tmp_path, ("ocean",)).themes == ()


async def test_theme_of_ones_own_is_listed_drawn_and_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setattr(ServicesOver, "theme_folder", tmp_path)
    (tmp_path / "ocean.toml").write_text(f'{OCEAN}error = "#400000"\n')
    async with run_app(SCENES["library"].library(), theme="ocean") as driver:
        assert any("ocean.toml:4: error" in notice for notice in driver.notices)
        variables = driver.app.theme_variables
        assert variables["background"].lower() == "#001020"
        error, ground = (luminance(Color.parse(variables[name])) for name in ("text-error", "background"))
        assert contrast(error, ground) >= 4.5
