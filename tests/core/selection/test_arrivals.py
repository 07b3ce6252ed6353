"""New episodes that join the queue by themselves."""

import pytest

from tui_pod.core.selection.arrivals import Arrival, joined
from tui_pod.core.selection.queue import Queue


@pytest.mark.parametrize(
    ("arrivals", "limit", "entries"),
    [
        ("a:last b:last", 9, "x y a b"),
        ("a:next b:next", 9, "a b x y"),
        ("a:last b:next", 9, "b x y a"),
        ("a:newest b:newest", 9, "x b"),
        ("a:last b:last", 3, "x y a"),
        ("a:next", 2, "x y"),
        ("a:next", 1, "x y"),
        ("a:newest", 2, "x a"),
    ],
)  # fmt: skip
def test_new_episodes_join_where_their_podcast_says_while_there_is_room(
    arrivals: str, limit: int, entries: str
) -> None:
    came = [Arrival(ident, "podcast", place) for ident, _, place in (text.partition(":") for text in arrivals.split())]
    queue = joined(Queue(["done", "x", "y"], 1), came, lambda _: ["y"], limit)
    assert (" ".join(queue.upcoming), queue.cursor) == (entries, 1)
