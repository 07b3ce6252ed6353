"""HTML becomes safe text, and the feeds that a page names are found."""

from __future__ import annotations

import pytest

from tui_pod.feeds.formats.html_text import to_notes


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("<a>" * 20_000, ""),
        ("<a href='x'>" * 5_000, ""),
        ("<a href=" * 8_000, "<a href=" * 8_000),
        ("\n " * 30_000, ""),
    ],
)
def test_notes_that_are_built_to_be_slow_are_read(text: str, notes: str) -> None:
    assert to_notes(text) == notes
