"""Commands of the plain program that make bookmarks, list them, and ask recall cards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tui_pod.core.actions import key_of
from tui_pod.core.progress.bookmarks import NOTE_LIMIT, Bookmark
from tui_pod.core.progress.cards import Card
from tui_pod.core.selection.bookmark_groups import Grouping, group_bookmarks, quote, title_of
from tui_pod.core.text.clean import clean, counted, spoken_time
from tui_pod.plain.dialogue import Dialogue
from tui_pod.plain.row_commands import RowCommands
from tui_pod.plain.spoken import sentence
from tui_pod.recall.questions import Question, Rating
from tui_pod.services.bookmarks import WHY_EMPTY
from tui_pod.services.services import Services

RATINGS = "Type 1 for forgot, 2 for hard, 3 for good, 4 for easy, x to drop this card, or press enter to stop:"

ANSWERS = frozenset(("", "x", *(str(int(rating)) for rating in Rating)))


class BookmarkCommands(RowCommands):
    """Runs the commands about bookmarks, and knows which one the listener is at."""

    def __init__(self, dialogue: Dialogue, services: Services, ask_setting_of: Callable[[str], None]) -> None:
        """Start at the first bookmark; `ask_setting_of` asks for a setting of an episode's podcast."""
        self._dialogue = dialogue
        self._services, self._service = services, services.bookmarks
        self._kept = services.controller.bookmarks
        self._grouping = Grouping.EPISODE
        commands: dict[str, Callable[[], object]] = {
            "bookmark.play": partial(self._with_current, self._play),
            "bookmark.edit": partial(self._with_current, self.edit),
            "bookmark.remove": partial(self._with_current, self._remove),
            "bookmark.copy": partial(self._with_current, self._quote),
            "bookmark.group": self._group,
            "bookmark.remember": partial(self._with_current, lambda each: dialogue.say(services.recall.toggle(each))),
            "feed.settings": partial(self._with_current, lambda each: ask_setting_of(each.episode)),
            "recall.start": lambda: services.recall.ask(),
        }
        super().__init__(commands)

    def by_id(self) -> dict[str, Callable[[], object]]:
        """Return what to call outside the list too, by the ids in the table of keys."""
        return {"view.bookmarks": self._open}

    @property
    def _rows(self) -> list[Bookmark]:
        groups = group_bookmarks(self._services.controller.library, self._kept, self._grouping)
        return [bookmark for group in groups for bookmark in group.bookmarks]

    def _open(self) -> None:
        self.is_open = True
        self._dialogue.say(f"{counted(len(self._kept), 'bookmark')}, by {self._grouping}.")
        self.go(0)

    def go(self, row: int) -> None:
        """Go to a bookmark, and say it."""
        rows = self._rows
        self._row = max(0, min(row, len(rows) - 1))
        if not rows:
            self._dialogue.say(WHY_EMPTY)
            return
        bookmark, library = rows[self._row], self._services.controller.library
        title = sentence(title_of(library, bookmark))
        said = [f"{self._row + 1} of {len(rows)}.", title, f"At {spoken_time(bookmark.start)}."]
        if bookmark.text:
            said.append(sentence(bookmark.text))
        if bookmark.remark:
            said.append(f"Note: {sentence(bookmark.remark)}")
        self._dialogue.say(" ".join(said))

    def _group(self) -> None:
        self._grouping = self._grouping.following
        self._dialogue.say(f"By {self._grouping}.")
        self.go(0)

    def _with_current(self, command: Callable[[Bookmark], object]) -> None:
        rows = self._rows
        if rows:
            command(rows[min(self._row, len(rows) - 1)])
        else:
            self._dialogue.say(WHY_EMPTY)

    def _play(self, bookmark: Bookmark) -> None:
        async def play() -> None:
            feeds = self._services.feeds
            podcast = await feeds.removed_podcast(bookmark.episode)
            if podcast is None:
                self._services.controller.play_from(bookmark.episode, bookmark.start)
            else:
                name, address = podcast
                asked = f"{name} was removed. Type y to subscribe again, or press enter to cancel:"
                self._dialogue.ask_yes(asked, lambda: feeds.add(address))

        if self._services.controller.library.index(bookmark.episode) is None:
            self._services.tasks.run(play())
        else:
            self._services.controller.play_from(bookmark.episode, bookmark.start)

    def _remove(self, bookmark: Bookmark) -> None:
        self._dialogue.say(f"{self._kept.remove([bookmark.key])}. Press {key_of('undo')} to undo.")
        self.go(self._row)

    def _quote(self, bookmark: Bookmark) -> None:
        async def say() -> None:
            source = await self._service.source(bookmark)
            self._dialogue.say_all(quote(self._services.controller.library, bookmark, *source).split("\n"))

        self._services.tasks.run(say())

    def ask(self, cards: Sequence[Card], then: Callable[[], None]) -> None:
        """Ask cards; call `then` when all are answered or the listener stops."""
        self._services.tasks.run(self._ask(cards, then))

    async def _ask(self, cards: Sequence[Card], then: Callable[[], None]) -> None:
        """Ask the first card that has a question; its answer asks the rest."""
        for number, card in enumerate(cards, 1):
            question = await self._services.recall.question(card)
            if question is not None:
                self._dialogue.say(sentence(question.source))
                rate = partial(self._rate, card, cards[number:], then)
                show = partial(self._show_answer, question, rate)
                self._dialogue.ask(f"{question.text} Press enter for the answer:", show, on_cancel=partial(rate, ""))
                await self._services.recall.play_context(card)
                return
        then()

    def _show_answer(self, question: Question, rate: Callable[[str], None], _: str) -> None:
        self._dialogue.say(sentence(question.answer))
        self._ask_rating(rate)

    def _ask_rating(self, rate: Callable[[str], None]) -> None:
        self._dialogue.ask(RATINGS, rate, on_cancel=partial(rate, ""))

    def _rate(self, card: Card, rest: Sequence[Card], then: Callable[[], None], answer: str) -> None:
        recall, answer = self._services.recall, answer.strip().lower()
        if answer not in ANSWERS:
            self._ask_rating(partial(self._rate, card, rest, then))
            return
        recall.stop_context()
        if answer == "x":
            recall.forget(card.key)
        elif answer:
            recall.answer(card, Rating(int(answer)))
        else:
            then()
            return
        self.ask(rest, then)

    def edit(self, bookmark: Bookmark) -> None:
        """Ask for a note on a bookmark."""
        if bookmark.note:
            self._dialogue.say(f"Note: {bookmark.note}")
        self._dialogue.ask(
            "A note on the bookmark, or press enter to leave it as it is:",
            partial(self._note, bookmark),
            on_cancel=partial(self._note, bookmark, ""),
        )

    def _note(self, bookmark: Bookmark, answer: str) -> None:
        if note := clean(answer, NOTE_LIMIT):
            self._kept.edit(bookmark.key, bookmark.text, note)
        self._dialogue.say("Noted." if note else "The note stays." if bookmark.note else "No note.")
