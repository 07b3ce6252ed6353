"""The cover that is drawn for an episode without a picture."""

from __future__ import annotations

from tui_pod.ui.look.drawn_cover import COLOURS, GLOW, GROUND, MOST, SIDE, draw_cover


def pixels(picture: bytes) -> set[tuple[int, ...]]:
    return {tuple(picture[at : at + 3]) for at in range(0, len(picture), 3)}


def test_drawn_cover_has_the_colours_of_its_topics_and_one_seed_that_glows() -> None:
    found = pixels(draw_cover([0] * 60 + [1] * 59, 7))
    assert {GROUND, COLOURS[0], COLOURS[1], GLOW} <= found
    assert COLOURS[2] not in found


def test_drawn_cover_of_any_number_of_episodes_has_one_size() -> None:
    sizes = {len(draw_cover([0] * count, count - 1)) for count in (1, 2, MOST, MOST + 1, 20_000)}
    assert sizes == {SIDE * SIDE * 3}


def test_drawn_cover_differs_from_episode_to_episode() -> None:
    assert len({draw_cover([0] * 119, number) for number in range(119)}) == 119
