"""State of the recognition of an episode's words, as one value to show."""

from __future__ import annotations

from typing import NamedTuple


class WordsState(NamedTuple):
    """Words that are being recognised, or will be."""

    text: str
    """How much of them is there, in a few cells, such as `45 %`; `…` while they wait."""
    until: float = 0.0
    """Seconds of the recording whose words are there."""
