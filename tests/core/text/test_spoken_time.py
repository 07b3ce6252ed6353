"""Times as a screen reader says them."""

import pytest

from tui_pod.core.text.clean import spoken_time


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 seconds"),
        (-3, "0 seconds"),
        (1.9, "1 second"),
        (42, "42 seconds"),
        (60, "1 minute"),
        (105, "1 minute 45"),
        (121, "2 minutes 1"),
        (3600, "1 hour"),
        (3660, "1 hour 1 minute"),
        (10_059, "2 hours 47 minutes"),
    ],
)
def test_spoken_time_of_seconds_is_what_one_says(seconds: float, said: str) -> None:
    assert spoken_time(seconds) == said
