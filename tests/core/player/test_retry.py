from tui_pod.core.player.load_watch import PAUSES, PROGRESS, Retry


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
