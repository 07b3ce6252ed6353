"""The state of a recognition, as a value to show."""

from __future__ import annotations

from typing import NamedTuple


class WordsState(NamedTuple):
    """The recognition of an episode's words, running or waiting."""

    text: str
    """How much is done, in a few cells, such as `45 %`; `…` while it waits."""
    until: float = 0.0
    """Position in seconds up to which words are recognised."""
