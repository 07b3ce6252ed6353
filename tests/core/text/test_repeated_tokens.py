"""Each token of HTML, repeated, is read in linear time: a feed of a kilobyte, unpacked, must not stall a refresh."""

import time
from collections.abc import Callable

import pytest

from tui_pod.core.text.blocks import html_blocks
from tui_pod.core.text.html_text import feed_links, to_notes

TOKENS = (
    "<", "</", "<//", "<a", "<a ", "<a\n", "</a", "<a<", "</a<", '<a href="', "<a b='", "<a/", "<p ", "<b>x", "</b",
    "<!", "<!-", "<!--", "<!--x", "--", "<!>", "<!-->", "<!d", "<!doctype", "<![", "<![CDATA[", "]]>", "<?", "</>",
    "<script", "<script>", "</script", "<title>", "<textarea>", "<plaintext>", "<svg><style>", "<math>", "<li>", "<ul>",
    "<td>", "&", "&#", "&#x", "&a", "a=", "=", '"', "'",
)  # fmt: skip
ENDS = ("", ">", "-->", '">', "'>", "]]>", "</script>", "<p>x</p>")

SMALL, FACTOR = 5_000, 16
"""Characters of the smaller text, and how much longer the other one is."""

NOISE = 0.15
"""Seconds of CPU that do not count."""


def seconds(read: Callable[[str], object], text: str) -> float:
    """Return how long reading takes, in seconds of CPU."""
    start = time.process_time()
    read(text)
    return time.process_time() - start


@pytest.mark.parametrize("read", [html_blocks, feed_links, to_notes])
def test_repeated_token_takes_linear_time(read: Callable[[str], object]) -> None:
    steep = []
    for token in TOKENS:
        for end in ENDS:
            small, large = (token * (size // len(token)) + end for size in (SMALL, SMALL * FACTOR))
            if seconds(read, large) > 2 * FACTOR * seconds(read, small) + NOISE:
                steep.append((token, end))
    assert steep == []
