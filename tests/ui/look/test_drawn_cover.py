"""The cover that is drawn for an episode without a picture."""

from __future__ import annotations

from math import hypot

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.ui.look.drawn_cover import COLOURS, GLOW, GROUND, MOST, SIDE, draw_cover, find_seeds


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


def test_seeds_fill_a_circle_from_the_middle_nearly_to_the_edge() -> None:
    picture = draw_cover([0] * MOST, MOST)
    away = [
        hypot(at // 3 % SIDE + 0.5 - SIDE / 2, at // 3 // SIDE + 0.5 - SIDE / 2)
        for at in range(0, len(picture), 3)
        if tuple(picture[at : at + 3]) != GROUND
    ]
    assert min(away) < 3
    assert 0.44 * SIDE < max(away) < 0.5 * SIDE


def test_seeds_of_few_episodes_are_larger_and_have_soft_edges() -> None:
    one = pixels(draw_cover([0], 1))
    assert {GROUND, COLOURS[0]} < one
    bare = [draw_cover([0] * count, count).count(bytes(COLOURS[0])) for count in (1, 30)]
    assert 2000 < bare[0] < 3600  # a disc of 29 pixels about its place
    assert bare[1] < SIDE * SIDE * 0.66


def test_seed_that_glows_is_larger_than_the_others() -> None:
    picture = draw_cover([0] * 100, 60)
    assert 30 < picture.count(bytes(GLOW)) < 90


def test_cover_of_many_episodes_shows_those_around_the_current_one() -> None:
    groups = [0] * 400 + [1] * 400
    for current, colours in ((0, {0}), (249, {0}), (400, {0, 1}), (551, {1}), (799, {1})):
        found = pixels(draw_cover(groups, current))
        assert {number for number in (0, 1) if COLOURS[number] in found} == colours
        assert GLOW in found


def test_topics_have_the_colours_in_turn() -> None:
    assert draw_cover([len(COLOURS)] * 9, 9) == draw_cover([0] * 9, 9)


def test_seeds_outside_a_course_are_the_episodes_around_by_their_first_topic() -> None:
    episodes = [Episode(str(n), str(n), tags=("A",) if n < 200 else ("B", "A")) for n in range(400)] + [
        Episode("x", "X")
    ]
    library = build_library([], episodes)
    groups, place = find_seeds(library, 0)
    assert (len(groups), place, set(groups)) == (MOST, 0, {0, 1})
    groups, place = find_seeds(library, 400)
    assert (len(groups), place, groups[0], groups[-1]) == (MOST, MOST - 1, 0, 2)
    groups, place = find_seeds(library, 220)
    assert place == MOST // 2
