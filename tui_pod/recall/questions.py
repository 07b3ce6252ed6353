"""What a card asks: an episode's own question, or what follows the sentences before a bookmark."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.core.library.transcript import Transcript
from tui_pod.core.progress.bookmarks import Bookmark, BookmarkKey
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.core.selection.bookmark_groups import title_of
from tui_pod.core.text.clean import clock

CONTEXT = 2
"""Sentences before a bookmark that lead to it."""


class Question(NamedTuple):
    """A question with its answer."""

    source: str
    """The episode's title and, for a bookmark, its position."""
    text: str
    answer: str


def is_askable(card: Card, library: Library, find: Callable[[BookmarkKey], Bookmark | None]) -> bool:
    """Return True if a card's episode or bookmark still exists; `find` looks up a bookmark."""
    if card.start != OF_EPISODE:
        return find(card.key) is not None
    return question_of_episode(library.find(card.episode)) is not None


def question_of(card: Card, library: Library, bookmark: Bookmark | None, transcript: Transcript) -> Question | None:
    """Return the question of a card, for an episode or a bookmark; None if it no longer exists."""
    if card.start == OF_EPISODE:
        return question_of_episode(library.find(card.episode))
    return None if bookmark is None else question_of_bookmark(bookmark, title_of(library, bookmark), transcript)


def question_of_episode(episode: Episode | None) -> Question | None:
    """Return an episode's own question; None if it has none."""
    if episode is None or not (episode.question and episode.answer):
        return None
    return Question(episode.title, episode.question, episode.answer)


def question_of_bookmark(bookmark: Bookmark, title: str, transcript: Transcript) -> Question | None:
    """Return a question whose answer is the bookmark's text or note; None if the bookmark has only a position."""
    if not bookmark.label:
        return None
    source = f"{title} · {clock(bookmark.start)}"
    context = _before(bookmark, transcript)
    if context and bookmark.text:
        return Question(source, f"{context} …", "\n".join(filter(None, (bookmark.text, bookmark.note))))
    if bookmark.text and bookmark.note:
        return Question(source, bookmark.note, bookmark.text)
    return Question(source, "What did you bookmark here?", bookmark.label)


def _before(bookmark: Bookmark, transcript: Transcript) -> str:
    """Return the sentences before a bookmark, found by its text because another recording has other times."""
    cues = transcript.cues
    found = (row for row, cue in enumerate(cues) if cue.text == bookmark.text)
    nearest = min(found, key=lambda row: abs((cues[row].start or 0.0) - bookmark.start), default=None)
    row = transcript.active(bookmark.start + 0.01) if nearest is None else nearest
    return "" if row is None else " ".join(cue.text for cue in cues[max(0, row - CONTEXT) : row])
