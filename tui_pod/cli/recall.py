"""The command `recall`: ask the cards that are due, or print them."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime

from tui_pod.cli.shared import ask, open_library, print_json, tell
from tui_pod.cli.wishes import grant
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import Transcript, arrange
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.recall.questions import Question, Rating, due_cards, is_askable, question_of
from tui_pod.search.sources import WordSources

RATINGS = "1 forgot, 2 hard, 3 good, 4 easy, enter stops: "

ANSWERS = frozenset(str(int(rating)) for rating in Rating)


def run(options: Namespace) -> None:
    """Ask the cards that are due; each answer is saved at once. Raises StateError if an answer could not be saved."""
    opened = open_library(options)
    library = opened.library
    kept, per_day = opened.state.notebook, opened.settings.recall.per_day
    found = {bookmark.key: bookmark for bookmark in kept.bookmarks if not bookmark.is_removed}
    cards = (card for card in kept.cards if not card.is_removed and is_askable(card, library, found.get))
    sources = WordSources(opened.paths.data, opened.paths.cache)
    due = [
        (card, question)
        for card in due_cards(cards, datetime.now(UTC), per_day)
        if (question := question_of(card, library, found.get(card.key), _words(sources, library.find(card.episode))))
    ]
    if options.json:
        print_json([_json(card, question) for card, question in due])
        return
    if not opened.state.is_writable:
        raise UserError("answers cannot be saved, so no card is asked.")
    for number, (card, question) in enumerate(due, 1):
        print(f"{number} of {len(due)}: {question.source}\n{question.text}")
        if ask("Press enter for the answer: ") is None:
            return
        print(question.answer)
        while (answer := ask(RATINGS)) and answer not in ANSWERS:
            pass  # only an empty line stops
        if not answer:
            return
        grant(options, "recall.rate", {"episode": card.episode, "start": card.start, "rating": answer})
    tell("nothing more is due" if due else "nothing is due")


def _words(sources: WordSources, episode: Episode | None) -> Transcript:
    """Return what this machine has of an episode's transcript."""
    words = None if episode is None else sources.words(episode)
    cues = words.read(sources.texts).cues if words is not None else []
    return arrange(cues) if cues and cues[0].start is not None else Transcript(tuple(cues))


def _json(card: Card, question: Question) -> dict[str, object]:
    return {
        "id": card.episode,
        "start": None if card.start == OF_EPISODE else card.start,
        "source": question.source,
        "question": question.text,
        "answer": question.answer,
        "due": card.due.isoformat(timespec="seconds"),
    }
