import pytest

from tui_pod.core.playback.go_to import parse_position


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12:34", 754.0), ("1:02:03", 3723.0), ("90", 90.0), (" +90 ", 190.0), ("-30", 70.0), ("-1:30", 10.0),
        ("+1:00:00", 3700.0), ("-200", 0.0), ("50%", 2000.0), ("12,5 %", 500.0), ("200%", 4000.0), ("99:00:00", 4000.0),
    ],
)  # fmt: skip
def test_time_typed_is_the_position_it_names(text: str, seconds: float) -> None:
    assert parse_position(text, 100.0, 4000.0) == seconds


@pytest.mark.parametrize("text", ["", "abc", "1:2:3:4", "+", "%", "½", "1e3", "--5"])
def test_time_typed_that_is_none_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="12:34"):
        parse_position(text, 0.0, 100.0)


def test_share_of_an_unknown_length_is_refused() -> None:
    with pytest.raises(ValueError, match="not known"):
        parse_position("50%", 0.0, None)
