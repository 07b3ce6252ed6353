"""How well a name fits what was typed: of commands, topics and episodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui_pod.core.text.clean import fold

LEAST_INSIDE = 3
"""Fewest letters that are also found within a word; fewer only where one begins."""

_FILLERS = frozenset("a an as can do does for go how i in is it me my of on please the this to want where with".split())
"""Words that are ignored if no name has them."""


def rank(typed: str, name: str, synonyms: str = "") -> int | None:
    """Return how well a name fits, lower is better; None if a typed word is missing.

    A word counts most where a word of the name begins with it, then one of the synonyms, and inside the name least.
    """
    words = _words(typed)
    named, others = _words(name), _words(synonyms)
    kept = [word for word in words if word not in _FILLERS or any(each.startswith(word) for each in named)]
    found = [_fit(word, named, others) for word in kept or words]
    if None in found:
        return None
    return sum(fit for fit in found if fit) * 2 - (bool(words) and named[: len(words)] == words)


def is_filler(word: str) -> bool:
    """Return whether a typed word says nothing by itself."""
    return fold(word) in _FILLERS


def match_key(typed: str, name: str) -> tuple[bool, bool, int, str]:
    """Return what sorts names that have the typed words: the best match first, else by letter."""
    found = rank(typed, name)
    return not is_called(name, typed), found is None, found or 0, fold(name)


def _fit(word: str, named: Sequence[str], others: Iterable[str]) -> int | None:
    if any(each.startswith(word) for each in named):
        return 0
    if any(each.startswith(word) for each in others):
        return 1
    is_inside = len(word) >= LEAST_INSIDE and any(word in each for each in named)
    return 2 if is_inside else None


def _words(text: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in fold(text)).split()


def is_called(name: str, typed: str) -> bool:
    """Return True if a name, or what is before its dash, is just what was typed."""
    return _words(typed) in (_words(name), _words(name.partition(" — ")[0]))
