"""Feeds that are malformed, or built to harm who reads them."""

import tracemalloc

import pytest

from tests.sources.reading import only, read
from tests.sources.server import feed
from tui_pod.core.text.clean import is_safe
from tui_pod.shelf.published import FeedError


@pytest.mark.parametrize("document", ["", "hello", "<html><body>Not here</body></html>", "<!DOCTYPE html><p>x", "<a/>"])
def test_page_instead_of_feed_is_an_error(document: str) -> None:
    with pytest.raises(FeedError, match="not a feed"):
        read(document)


def test_item_with_a_million_of_something_takes_some() -> None:
    found = only("<title>x</title>" + "<category>a b c d</category>" * 20_000 + "<enclosure url='a b'/>" * 20_000)
    assert found.keywords == ("a b c d",)


def test_megabytes_of_one_text_are_cut() -> None:
    document = feed("<item><title>x</title><description>" + "word " * 4_000_000 + "</description></item>").encode()
    tracemalloc.start()
    try:
        (found,) = read(document).items
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()
    assert len(found.summary) <= 4_000
    assert len(found.notes) <= 64 * 1024


HOSTILE = [
    "\u202etitle", "&#27;]52;c;eA==&#7;x", "&#155;2Jx", "a\u200bb", "x" * 200_000, "\U000e0041tag", "e" + "\u0301" * 50,
]  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_are_cleaned(title: str) -> None:
    found = read(feed(f"<item><title>{title}</title><description>{title}</description></item>", title))
    for text in (found.title, found.items[0].title):
        assert len(text) <= 300
        assert is_safe(text.replace(" ", ""))
        assert text.count("\u0301") <= 2


def test_guid_is_kept_verbatim() -> None:
    assert only("<title>x</title><guid>  https://x.org/?a=1&amp;b=[/]  </guid>").guid == "https://x.org/?a=1&b=[/]"
