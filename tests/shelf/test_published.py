"""What a feed is besides its fields."""

import pytest

from tui_pod.shelf.published import Published, PublishedItem


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, True), ({"moved_to": None}, False), ({"title": "Cast"}, False), ({"items": (PublishedItem("g"),)}, False)],
)
def test_feed_is_a_redirect_if_it_has_a_new_address_and_nothing_else(
    changes: dict[str, object], expected: bool
) -> None:
    moved = Published("", moved_to="https://new.example.org/f")
    assert moved._replace(**changes).is_redirect is expected  # type: ignore[arg-type]
