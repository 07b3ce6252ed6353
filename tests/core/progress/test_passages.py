"""What is marked, what is skipped, and that nothing else ever is."""

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest

from tui_pod.core.library.episode import Episode
from tui_pod.core.progress.passages import (
    GAP,
    LEAST_HEARINGS,
    LONGEST,
    MOST,
    SHORTEST,
    SNAP,
    Passage,
    Repeat,
    Returned,
    can_recur,
    find_passage,
    mark_passages,
    suggest_trims,
    target_of,
)
from tui_pod.core.progress.ranges import Ranges

HOUR = 3600.0

HEARD: Mapping[str, Ranges] = {"a": ((0.0, HOUR),), "b": ((0.0, HOUR),), "c": ((0.0, HOUR),)}


def repeats_in(others: str, start: float, end: float, there: float = 1000.0) -> list[Repeat]:
    """Return a stretch that other episodes have, too, each at `there`."""
    return [Repeat(start, end, other, there, there + end - start) for other in others]


def marked(
    repeats: Sequence[Repeat],
    played: Mapping[str, Ranges] = HEARD,
    skip_from: int | None = 2,
    duration: float | None = HOUR,
    chapters: Sequence[float] = (),
    returned: Sequence[Returned] = (),
) -> list[tuple[float, float, int, bool]]:
    found = mark_passages(repeats, lambda ident: played.get(ident, ()), skip_from, duration, chapters, returned, "this")
    return [(round(one.start, 2), round(one.end, 2), one.heard, one.is_skipped) for one in found]


def test_passage_is_marked_from_the_second_hearing_and_skipped_from_the_third() -> None:
    assert marked(repeats_in("a", 10, 40)) == [(10, 40, 1, False)]
    assert marked(repeats_in("ab", 10, 40)) == [(10, 40, 2, True)]
    assert marked(repeats_in("ab", 10, 40), skip_from=None) == [(10, 40, 2, False)]
    assert marked(repeats_in("ab", 10, 40), skip_from=3) == [(10, 40, 2, False)]
    assert marked(repeats_in("abc", 10, 40), skip_from=3) == [(10, 40, 3, True)]


def test_setting_below_the_least_skips_no_earlier() -> None:
    assert marked(repeats_in("a", 10, 40), skip_from=1) == [(10, 40, 1, False)]


def test_hearings_are_counted_in_episodes_and_not_in_places() -> None:
    assert marked([*repeats_in("a", 10, 40), *repeats_in("a", 10, 40, there=2000.0)]) == [(10, 40, 1, False)]


@pytest.mark.parametrize(
    ("played", "expected"),
    [
        pytest.param({"a": ((0.0, HOUR),)}, [(10, 40, 1, False)], id="a file that nobody played"),
        pytest.param({}, [], id="neither was played"),
        pytest.param({**HEARD, "b": ((1010.0, 2000.0),)}, [(10, 20, 1, False), (20, 40, 2, True)], id="half of it"),
        pytest.param({**HEARD, "b": ((1027.0, 1030.0),)}, [(10, 40, 1, False)], id="too little of it"),
    ],
)
def test_passage_that_was_not_played_is_not_skipped(
    played: Mapping[str, Ranges], expected: list[tuple[float, float, int, bool]]
) -> None:
    assert marked(repeats_in("ab", 10, 40), played) == expected


def test_faster_copy_is_counted_where_it_was_played() -> None:
    fast = [Repeat(10, 40, "a", 1000, 1015), *repeats_in("b", 10, 40)]
    assert marked(fast, {**HEARD, "a": ((0.0, 1010.0),)}) == [(10, 30, 2, True), (30, 40, 1, False)]


def test_pieces_with_a_short_gap_are_one_passage() -> None:
    assert marked([*repeats_in("ab", 10, 30), *repeats_in("bc", 30.8, 50)]) == [(10, 50, 2, True)]
    assert len(marked([*repeats_in("ab", 10, 30), *repeats_in("bc", 32, 50)])) == 2


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param(10, 10 + SHORTEST - 0.1, [], id="short"),
        pytest.param(10, 10 + LONGEST + 1, [(10, 191, 2, False)], id="a rerun"),
    ],
)
def test_length_decides(start: float, end: float, expected: list[tuple[float, float, int, bool]]) -> None:
    assert marked(repeats_in("ab", start, end)) == expected


def test_rerun_with_chapters_is_not_skipped_chapter_by_chapter() -> None:
    found = marked(repeats_in("ab", 0, 600), chapters=(0, 120, 240, 360, 480, 600))
    assert len(found) == 5
    assert not any(is_skipped for *_, is_skipped in found)


def test_at_most_a_quarter_is_skipped_the_most_heard_first() -> None:
    found = marked([*repeats_in("ab", 0, 20), *repeats_in("abc", 50, 70)], duration=100.0)
    assert found == [(0, 20, 2, False), (50, 70, 3, True)]


def test_unknown_length_skips_nothing() -> None:
    assert marked(repeats_in("ab", 10, 40), duration=None) == [(10, 40, 2, False)]


@pytest.mark.parametrize(
    ("chapters", "expected"),
    [
        pytest.param((0, 11.5, 38.5, 90), [(11.5, 38.5, 2, True)], id="moved to what is near"),
        pytest.param((0, 12.1, 90), [(12.1, 40, 2, False)], id="a chapter begins in it, and keeps its start"),
        pytest.param((0, 25, 90), [(10, 25, 2, True), (25, 40, 2, False)], id="up to the next chapter"),
        pytest.param((0, 25, 41), [(10, 25, 2, True), (25, 41, 2, True)], id="a whole chapter"),
        pytest.param((0, 90), [(10, 40, 2, True)], id="inside one"),
    ],
)
def test_chapters_win(chapters: Sequence[float], expected: list[tuple[float, float, int, bool]]) -> None:
    assert marked(repeats_in("ab", 10, 40), chapters=chapters) == expected


def test_last_chapter_is_whole_at_the_end_of_the_episode() -> None:
    assert marked(repeats_in("ab", 60, 98.5), duration=200.0, chapters=(0, 60)) == [(60, 98.5, 2, True)]
    assert marked(repeats_in("ab", 150, 199), duration=200.0, chapters=(0, 170)) == [
        (150, 170, 2, True),
        (170, 199, 2, True),
    ]


@pytest.mark.parametrize(
    ("returned", "is_skipped"),
    [
        pytest.param([("this", 12.0)], False, id="play this"),
        pytest.param([("this", 12.0), ("this", 13.0)], False, id="twice"),
        pytest.param([("a", 1002.0)], True, id="once in another episode"),
        pytest.param([("a", 1002.0), ("a", 1005.0)], False, id="twice in another: never again"),
        pytest.param([("a", 1002.0), ("b", 1003.0)], False, id="once in each of two: never again"),
        pytest.param([("a", 1002.0), ("a", 900.0), ("this", 50.0), ("z", 1002.0)], True, id="elsewhere"),
    ],
)
def test_going_back_into_a_passage_means_play_it_and_twice_never_again(
    returned: list[tuple[str, float]], is_skipped: bool
) -> None:
    found = marked(repeats_in("ab", 10, 40), returned=[Returned(*one) for one in returned])
    assert found == [(10, 40, 2, is_skipped)]


def test_skip_ends_a_little_before_the_end_and_not_beyond_it() -> None:
    passage = Passage(10, 40, 2)
    assert target_of(passage) == pytest.approx(39.7)
    assert [find_passage([passage], place) for place in (9.9, 10, 39.6, 39.7, 40)] == [
        None,
        passage,
        passage,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("episode", "expected"),
    [
        (Episode("a", "A", audio="https://example.org/a.mp3"), True),
        (Episode("a", "A"), False),
        (Episode("a", "A", audio="/books/a.m4b"), False),
    ],
)
def test_narrations_and_books_have_no_passages(episode: Episode, expected: bool) -> None:
    assert can_recur(episode) is expected


def test_intro_and_outro_that_always_sit_at_the_same_place_are_suggested() -> None:
    alike = [(length, (Passage(0.4, 31.0 + off, 2), Passage(length - 20.5, length - 0.2, 2)))
             for length, off in ((600.0, 0.0), (900.0, 0.8), (750.0, 1.5))]  # fmt: skip
    assert suggest_trims(alike) == (31, 20)
    assert suggest_trims(alike[:2]) == (0, 0)
    assert suggest_trims([*alike, (800.0, (Passage(0.0, 36.0, 2),)), (800.0, ())]) == (0, 0)
    assert suggest_trims([(600.0, (Passage(5.0, 31.0, 2), Passage(560.0, 590.0, 2)))] * 3) == (0, 0)
    assert suggest_trims([]) == (0, 0)


def some_ranges(chance: random.Random, most: float) -> Ranges:
    edges = sorted(round(chance.uniform(0, most), 2) for _ in range(2 * chance.randint(0, 4)))
    return tuple((start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end)


@pytest.mark.parametrize("seed", range(40))
def test_whatever_recurs_only_what_was_played_often_enough_is_skipped(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(25):
        duration = chance.choice([None, 60.0, 600.0, HOUR])
        length = duration or 900.0
        repeats = []
        for other in "abcde"[: chance.randint(0, 5)]:
            for _ in range(chance.randint(1, 6)):
                start, size = chance.uniform(0, length), chance.expovariate(1 / 40)
                there = chance.uniform(0, 500)
                repeats.append(Repeat(start, start + size, other, there, there + size * chance.uniform(0.97, 1.03)))
        played = {other: some_ranges(chance, 600) for other in "abcde"}
        skip_from = chance.choice([None, 2, 2, 3, 5])
        chapters = sorted(chance.uniform(0, length) for _ in range(chance.randint(0, 6)))
        returned = [Returned(chance.choice(["this", *"abcde"]), chance.uniform(0, length)) for _ in range(3)]
        found = mark_passages(repeats, played.__getitem__, skip_from, duration, chapters, returned, "this")
        skipped = [one for one in found if one.is_skipped]
        assert all(former.end <= later.start for former, later in pairwise(found))
        assert all(one.end - one.start >= SHORTEST for one in found)
        assert not skipped or (skip_from is not None and duration is not None)
        assert sum(one.end - one.start for one in skipped) <= MOST * length
        for one in skipped:
            assert one.end - one.start <= LONGEST + 2 * SNAP
            assert one.heard >= max(skip_from or 0, LEAST_HEARINGS)
            assert not any(one.start < chapter < one.end for chapter in chapters)
            assert not any(back.episode == "this" and one.start <= back.place < one.end for back in returned)
        for one in found:
            least = max(skip_from or 0, LEAST_HEARINGS) if one.is_skipped else 1
            assert unheard(one, repeats, played, least) <= GAP + SNAP + 0.2


def unheard(passage: Passage, repeats: Sequence[Repeat], played: Mapping[str, Ranges], least: int) -> float:
    """Return the longest part of a passage, in seconds, that was played in fewer other episodes."""
    step, run, worst = 0.1, 0.0, 0.0
    for number in range(int((passage.end - passage.start) / step)):
        place = passage.start + number * step
        heard = set()
        for repeat in repeats:
            if repeat.start <= place < repeat.end:
                share = (place - repeat.start) / (repeat.end - repeat.start)
                there = repeat.other_start + share * (repeat.other_end - repeat.other_start)
                if any(start <= there < end for start, end in played[repeat.other]):
                    heard.add(repeat.other)
        run = 0.0 if len(heard) >= least else run + step
        worst = max(worst, run)
    return worst
