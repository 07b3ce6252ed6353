"""The parts of an episode's row."""

from __future__ import annotations

from tui_pod.ui.widgets.episode_rows import title_parts


def test_title_has_season_and_number_before_it() -> None:
    def text(numbering: str) -> str:
        return "".join(text for text, _ in title_parts("Chapter 1 — the road", "unplayed", (), numbering))

    assert text("S3 E1")[2:] == "S3 E1  Chapter 1  the road"
    assert text("")[2:] == "Chapter 1  the road"
