"""The picture of an episode: scaled to cells, and drawn only where the terminal can show it."""

import pytest
from rich.console import Console
from textual.app import App, ComposeResult
from textual.color import Color

from tests.app_driver import FakeServices
from tui_pod.audio.cover import SIDE
from tui_pod.config.settings import InterfaceSettings
from tui_pod.core.library.library import Library
from tui_pod.ui.look.terminal_pictures import row_of_cells
from tui_pod.ui.widgets.cover import Cover, are_covers_drawn, scaled

RED, BLUE = (250, 0, 0), (0, 0, 250)
HALVES = bytes(RED) * (SIDE * SIDE // 2) + bytes(BLUE) * (SIDE * SIDE // 2)


class Shown(App[None]):
    """An app that shows a cover."""

    def compose(self) -> ComposeResult:
        yield Cover()


def test_picture_is_scaled_by_means() -> None:
    assert scaled(HALVES, 2, 2) == [[RED, RED], [BLUE, BLUE]]
    assert scaled(HALVES, 1, 1) == [[(125, 0, 125)]]
    assert scaled(bytes(range(48)), 2, 2) == [[(7, 8, 9), (13, 14, 15)], [(31, 32, 33), (37, 38, 39)]]
    assert scaled(bytes(range(27)), 2, 1) == [[(9, 10, 11), (13, 14, 15)]]  # of one column, and of two


async def test_cell_shows_two_pixels_but_in_the_terminals_own_colours_and_no_picture_takes_no_room() -> None:
    app = Shown()
    async with app.run_test(size=(60, 20)) as pilot:
        cover = app.query_one(Cover)
        assert not cover.display
        cover.picture = HALVES
        await pilot.pause()
        assert cover.display
        cells = [next(iter(cover.render_line(y))) for y in range(cover.size.height)]
        assert {cell.text for cell in cells} == {"▀"}
        styles = [cell.style for cell in cells if cell.style is not None]
        pixels = [Color.from_rich_color(color).rgb for style in styles for color in (style.color, style.bgcolor)]
        assert pixels == [RED] * cover.size.height + [BLUE] * cover.size.height
        for theme, is_shown in (("ansi-dark", False), ("textual-dark", True)):
            app.theme = theme
            await pilot.pause()
            assert cover.display is is_shown


class Terminal:
    """A terminal that draws pictures, and what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, int]] = []

    def send(self, picture: bytes, columns: int, rows: int) -> int:
        self.asked.append(("send", columns, rows))
        return len(self.asked)

    def delete(self, number: int) -> None:
        self.asked.append(("delete", number, 0))


async def test_terminal_that_draws_pictures_has_the_newest_alone_until_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, terminals = Shown(), [Terminal()]
    async with app.run_test(size=(60, 20)) as pilot:
        monkeypatch.setattr(app._driver, "find_pictures", lambda: terminals[-1], raising=False)
        cover = app.query_one(Cover)
        cover.picture = HALVES
        await pilot.pause()
        sent = ("send", *cover.size)
        assert [segment.text for segment in cover.render_line(3)] == row_of_cells(1, 3, cover.size.width)
        assert terminals[0].asked == [sent]
        cover.picture = bytes(len(HALVES))
        cover.render_line(0)
        assert terminals[0].asked[1:] == [sent, ("delete", 1, 0)]
        terminals.append(Terminal())
        cover.render_line(0)
        assert len(terminals[0].asked) == 3  # the first terminal is gone
    assert terminals[1].asked == [sent, ("delete", 1, 0)]


@pytest.mark.parametrize("obstacle", ["none", "ascii", "no_color", "terminal_palette", "256_colours", "setting"])
def test_covers_are_drawn_unless_one_thing_forbids_it(
    obstacle: str, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    if obstacle == "no_color":
        monkeypatch.setenv("NO_COLOR", "1")
    services, app = FakeServices(library), App[object]()
    settings = services.first.settings
    settings = settings._replace(ui=InterfaceSettings(covers=obstacle != "setting"))
    services.first = services.first._replace(settings=settings, is_ascii=obstacle == "ascii")
    app.console = Console(color_system="256" if obstacle == "256_colours" else "truecolor", force_terminal=True)
    app.set_reactive(App.ansi_color, obstacle == "terminal_palette")
    assert are_covers_drawn(app, services.first) == (obstacle == "none")
