"""A wish: what a listener can ask for, as a value that every front end reads.

It says what it needs to know and does it. It knows no front end: whoever asks is a `Caller`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.core.outcome import Outcome
from tui_pod.services.caller import SILENT, Caller, Kind

if TYPE_CHECKING:
    from tui_pod.core.library.library import Library
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.progress.bookmarks import Bookmark
    from tui_pod.core.selection.list_query import ListQuery
    from tui_pod.services.episode_list import EpisodeListModel
    from tui_pod.services.services import Services


Values = Mapping[str, "str | bool | Sequence[str] | None"]
"""Answers, by the names of the questions."""


def _ignore(_: object) -> None:
    """Leave out what nobody is there to see or to answer."""


class Subject(NamedTuple):
    """What a command acts on."""

    services: Services
    model: EpisodeListModel
    """The list that is shown."""
    episodes: Sequence[str] = ()
    """The selection, the episode at the cursor, or all of the topic at the cursor."""
    entry: int | None = None
    """The topic or smart list at the cursor of the tree; None if the cursor is in the list."""
    look: Callable[[ListQuery], object] = _ignore
    """Lists something else; the cursor keeps its episode."""
    edit: Callable[[Bookmark], object] | None = None
    """Asks for a note on a bookmark; None if nobody is there to be asked."""
    values: Values = MappingProxyType({})
    """What was answered to the questions of the wish."""
    caller: Caller = SILENT
    """Who asks."""

    @property
    def controller(self) -> PlaybackController:
        """What plays."""
        return self.services.controller

    @property
    def listed(self) -> int:
        """The topic or smart list at the cursor of the tree, or of the list."""
        return self.model.query.entry if self.entry is None else self.entry

    def answered(self, name: str, answer: str) -> Subject:
        """Return this with one more answer."""
        return self._replace(values={**self.values, name: answer})

    def text(self, name: str) -> str:
        """Return the answer to a question; empty if there is none."""
        return str(self.values.get(name) or "")


class Choice(NamedTuple):
    """One of the answers that a question offers."""

    value: str
    text: str = ""
    """How it is shown; empty if as the value."""

    @property
    def shown(self) -> str:
        """What the listener reads."""
        return self.text or self.value


class Ask(NamedTuple):
    """One thing that a wish needs to know."""

    name: str
    """Its name among the values, and of the option of the shell."""
    text: str | Callable[[Subject], str]
    """The question, as plain lines say it."""
    kind: Kind = Kind.TEXT
    choices: Callable[[Subject], Sequence[Choice]] | None = None
    """Returns the answers on offer; a wish with `Kind.TEXT` takes others too."""
    default: str | None = None
    """The answer of `tui-pod do` if it gives none; None if it must give one."""
    check: Callable[[Subject, str], object] | None = None
    """Raises UserError if an answer is not possible."""
    example: str = ""
    about: Callable[[Subject, str], str] | None = None
    """Returns what an answer would do; the screen shows it while the listener types."""
    when: Callable[[Subject], bool] | None = None
    """Returns whether it is asked, given the answers so far; None: always."""
    takes_empty: Callable[[Subject], bool] = lambda _: False
    """Returns whether an empty text answers it; if not, nothing changes."""
    leave: str = "Cancelled."
    """What plain lines say then."""
    title: str = ""
    """The title of its dialog."""
    verb: str = "Choose"
    """What its dialog does with the answer."""

    def question(self, on: Subject) -> str:
        """Return the question."""
        return self.text if isinstance(self.text, str) else self.text(on)


def find_ids(library: Library, ids: Iterable[str]) -> list[str]:
    """Return the ids, each once. Raises UserError if the library lacks one."""
    found = list(dict.fromkeys(ids))
    if unknown := [f"“{ident}”" for ident in found if library.index(ident) is None]:
        raise UserError(f"no episode {', '.join(unknown)}; nothing was done. See: tui-pod list")
    return found


def find_texts(on: Subject, name: str) -> list[str]:
    """Return the texts of an answer; none if there is no such answer."""
    texts = on.values.get(name)
    return [texts] if isinstance(texts, str) else [*texts] if isinstance(texts, Sequence) else []


class Wish(NamedTuple):
    """What a listener can ask for."""

    do: Callable[[Subject], Outcome | Awaitable[Outcome | None] | None]
    """Does it, and returns what it did, or why it did nothing; None if what is seen says so.

    Raises UserError if it cannot be done, and then has changed nothing.
    """
    asks: Sequence[Ask] = ()
    needs_episodes: bool = False
    """Whether it needs episodes: those named, at the cursor, or selected."""
    takes_any_id: bool = False
    """Whether it says itself what is wrong with the id of an episode that the library lacks."""
