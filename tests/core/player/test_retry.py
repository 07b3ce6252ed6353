from __future__ import annotations

import pytest

from tui_pod.core.player.retry import PAUSES, PROGRESS, Retry, is_drop


def test_after_drop_pauses_grow_and_then_it_is_given_up() -> None:
    retry, pauses = Retry(), []
    while (again := retry.after_drop(6.2)) is not None:
        pause, retry = again
        pauses.append(pause)
    assert tuple(pauses) == PAUSES
    assert pauses == sorted(pauses)


def test_after_drop_further_on_begins_anew() -> None:
    retry = Retry(attempts=len(PAUSES), position=6.2)
    assert retry.after_drop(6.2 + PROGRESS) == (PAUSES[0], Retry(1, 6.2 + PROGRESS))


def test_after_drop_hardly_further_on_goes_on_counting() -> None:
    assert Retry(attempts=2, position=6.2).after_drop(6.1 + PROGRESS) == (PAUSES[2], Retry(3, 6.1 + PROGRESS))


def test_after_drop_further_back_does_not_forget_how_far_it_came() -> None:
    """Else an opening that starts a little earlier each time would be tried for ever."""
    assert Retry(attempts=1, position=60.0).after_drop(20.0) == (PAUSES[1], Retry(2, 60.0))


@pytest.mark.parametrize(
    ("position", "duration", "is_stream", "expected"),
    [
        pytest.param(6.2, 300.0, True, True, id="far from the end"),
        pytest.param(97.9, 100.0, True, True, id="over two seconds before a short end"),
        pytest.param(98.0, 100.0, True, False, id="two seconds before it"),
        pytest.param(3528.0, 3600.0, True, False, id="two percent before a long one"),
        pytest.param(6.2, None, True, False, id="unknown length"),
        pytest.param(6.2, 0.0, True, False, id="no length"),
        pytest.param(6.2, 300.0, False, False, id="a file"),
    ],
)
def test_is_drop_is_an_end_of_a_stream_far_from_its_own(
    position: float, duration: float | None, is_stream: bool, expected: bool
) -> None:
    assert is_drop(position, duration, is_stream) is expected
