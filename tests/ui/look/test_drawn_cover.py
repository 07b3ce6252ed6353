"""The cover that is drawn for an episode without a picture.

Text cut, padded, wrapped and searched in terminal cells.
"""

from math import cos, hypot, pi, sin, sqrt

import pytest

from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import build_library
from tui_pod.ui.look.cells import find_words, fit, keep_remedy, meter, split_title, wrap
from tui_pod.ui.look.drawn_cover import COLOURS, GLOW, GROUND, MOST, SIDE, draw_cover, find_seeds

REACH = SIDE * 0.46
"""How far the last seed may be from the middle."""


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


@pytest.mark.parametrize(("current", "radius", "colour"), [(1, 0.8 * REACH, COLOURS[0]), (0, 1.28 * REACH, GLOW)])
def test_seed_is_a_disc_that_fades_within_a_pixel_and_ends_at_the_border(
    current: int, radius: float, colour: tuple[int, int, int]
) -> None:
    picture, middle = draw_cover([0], current), SIDE / 2 + REACH * sqrt(0.5)  # to the right of the centre
    for row in range(SIDE):
        for column in range(SIDE):
            away = hypot(column + 0.5 - middle, row + 0.5 - SIDE / 2)
            share = min(1.0, max(0.0, radius + 0.5 - away))
            at = (row * SIDE + column) * 3
            wanted = [ground + (value - ground) * share for ground, value in zip(GROUND, colour, strict=True)]
            assert [*picture[at : at + 3]] == pytest.approx(wanted, abs=0.51), (row, column)


def test_seeds_turn_by_the_golden_angle() -> None:
    picture = draw_cover([0, 1, 2, 3], 4)
    for number in range(4):
        away, angle = REACH * sqrt((number + 0.5) / 4), number * pi * (3 - sqrt(5))
        column, row = int(SIDE / 2 + away * cos(angle)), int(SIDE / 2 + away * sin(angle))
        at = (row * SIDE + column) * 3
        assert tuple(picture[at : at + 3]) == COLOURS[number]


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


def test_seeds_of_a_course_are_in_its_order_by_its_acts() -> None:
    topics = [
        Topic("Course", episodes=("c", "b", "a")),
        Topic("Act 1", "Course", episodes=("c",)),
        Topic("Act 2", "Course", episodes=("b", "a")),
        Topic("Other", episodes=("x", "y")),
    ]
    library = build_library(topics, [Episode(ident, ident) for ident in "xyabc"])
    assert find_seeds(library, 2) == ([0, 1, 1], 2)
    assert find_seeds(library, 4) == ([0, 1, 1], 0)
    assert find_seeds(library, 1) == ([0, 0], 1)


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


def test_ground_topics_and_the_current_episode_have_their_colours() -> None:
    found = pixels(draw_cover(range(7), 7))
    shades = [
        (16, 20, 38), (240, 180, 90), (226, 112, 92), (196, 96, 160), (126, 116, 220), (84, 152, 226), (84, 190, 176),
        (150, 196, 96),
    ]  # fmt: skip
    assert found.issuperset(shades)
    assert (255, 244, 214) in pixels(draw_cover([0], 0))
    assert len(draw_cover([0], 0)) == 80 * 80 * 3


@pytest.mark.parametrize(
    ("share", "shown"), [(0.0, "╌╌╌╌"), (0.01, "━╌╌╌"), (0.5, "━━╌╌"), (0.99, "━━━╌"), (1.0, "━━━━")]
)
def test_meter_shows_any_share_and_is_full_only_at_the_end(share: float, shown: str) -> None:
    assert "".join(meter(share, 4)) == shown


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("one", 5, "one  "), ("one", 3, "one"), ("four", 3, "fo…"), ("字字字", 4, "字… "), ("one", 0, "")],
)
def test_text_is_fitted_to_cells(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown


@pytest.mark.parametrize(
    ("text", "lines"), [("one two", ["one", "two"]), ("a b c", ["a b c"]), ("sixsix", ["sixsi", "x"]), ("", [""])]
)
def test_text_is_wrapped_at_spaces_and_within_longer_words(text: str, lines: list[str]) -> None:
    assert wrap(text, 5) == lines


def test_title_is_split_at_its_first_dash() -> None:
    assert split_title("Head — tail — more") == ("Head", "tail — more")
    assert split_title("Head") == ("Head", "")


def test_overlapping_words_are_found_as_one_span() -> None:
    assert find_words("Attention, please", ["atten", "tention", "please"]) == [(0, 9), (11, 17)]


def test_words_are_found_in_a_text_that_changes_its_length_when_folded() -> None:
    assert find_words("…eine Straße hier", ["strasse", "hier"]) == [(6, 12), (13, 17)]
    assert find_words("Straße", ["gasse"]) == []


def test_notice_that_is_one_cell_too_long_is_cut_where_one_sees_it() -> None:
    assert keep_remedy("It failed. Press u.", 18) == "It faile… Press u."
    assert keep_remedy("It failed. Press u.", 19) == "It failed. Press u."
    assert keep_remedy("It failed badly. Press u for more of it.", 24) == "It fail… Press u for mo…"
