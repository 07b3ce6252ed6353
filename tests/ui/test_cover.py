"""Pictures in cells: those of covers, and the one that is drawn where there is none."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.color import Color

from tui_pod.audio.cover import PICTURE_BYTES, SIDE
from tui_pod.ui.look.drawn_cover import COLOURS, GLOW, GROUND, MOST, draw_cover
from tui_pod.ui.widgets.cover import Cover, scaled

RED, BLUE = (250, 0, 0), (0, 0, 250)
HALVES = bytes(RED) * (SIDE * SIDE // 2) + bytes(BLUE) * (SIDE * SIDE // 2)


def pixels(picture: bytes) -> set[tuple[int, ...]]:
    return {tuple(picture[at : at + 3]) for at in range(0, len(picture), 3)}


def test_drawn_cover_has_the_colours_of_its_topics_and_one_seed_that_glows() -> None:
    found = pixels(draw_cover([0] * 60 + [1] * 59, 7))
    assert {GROUND, COLOURS[0], COLOURS[1], GLOW} <= found
    assert COLOURS[2] not in found


def test_drawn_cover_of_any_number_of_episodes_has_one_size() -> None:
    sizes = {len(draw_cover([0] * count, count - 1)) for count in (1, 2, MOST, MOST + 1, 20_000)}
    assert sizes == {PICTURE_BYTES}


def test_drawn_cover_differs_from_episode_to_episode() -> None:
    assert len({draw_cover([0] * 119, number) for number in range(119)}) == 119


def test_picture_is_scaled_by_means() -> None:
    assert scaled(HALVES, 2, 2) == [[RED, RED], [BLUE, BLUE]]
    assert scaled(HALVES, 1, 1) == [[(125, 0, 125)]]


async def test_cell_shows_two_pixels_and_no_picture_takes_no_room() -> None:
    class Shown(App[None]):
        def compose(self) -> ComposeResult:
            yield Cover()

    app = Shown()
    async with app.run_test(size=(60, 20)) as pilot:
        cover = app.query_one(Cover)
        assert not cover.display
        cover.picture = HALVES
        await pilot.pause()
        assert cover.display
        first, last = (next(iter(cover.render_line(y))) for y in (0, cover.size.height - 1))
        assert (first.text, last.text) == ("▀", "▀")
        shown = [Color.from_rich_color(style.color).rgb for segment in (first, last) if (style := segment.style)]
        assert shown == [RED, BLUE]
