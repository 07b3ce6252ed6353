"""All episodes of all catalogues and feeds together, in columns.

A library of 100,000 episodes must open at once and stay small, so there is no object an episode:
ids, titles and lengths are columns, and the rest of an episode is read when needed.
"""

from __future__ import annotations

import operator
import re
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode, Topic, is_book
from tui_pod.core.library.topics import ROOT, TopicTable, arrange, has_member
from tui_pod.core.text.clean import clean, counted, fold

if TYPE_CHECKING:
    from tui_pod.core.library.own_lists import OwnList
    from tui_pod.core.library.parts import Move
    from tui_pod.core.library.podcast_settings import PodcastSettings


LAYERS = 4
"""How many columns tell the topics of each episode; topics for which they do not suffice are looked into."""

SHOWN_TITLE = 40
"""Characters of a title within a sentence: a notice is one line."""

_NO_SERIES = "~"

_CUT = re.compile(r"(?<!\W)\W++(?<=[(\[])(?:un-?)?(?:abridged|gekurzt)[^()\[\]]{0,40}+[)\]]")
"""What a folded title says about its edition."""


class CatalogsError(UserError):
    """Catalogues that cannot be used; each line is `FILE:LINE: message`."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(eq=False, repr=False)
class Library:
    """Episodes by index: the catalogues' order, newest first, then the feeds'."""

    ids: list[str]
    titles: list[str]
    durations: Sequence[float]
    """Seconds; 0 when unknown."""
    topics: TopicTable
    episode: Callable[[int], Episode]
    """Returns the whole episode at an index."""
    _folded: Callable[[], list[str]]
    days: Sequence[int] = ()
    """Day to sort an episode by, as `date.toordinal`; 0 when unknown. Empty if the order is by date already."""
    podcasts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Settings of podcasts and books that have any, as texts, by the feed's first address or the book's id."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """The ids of episodes by other ids that feeds have listed them under."""
    moves: Sequence[Move] = ()
    """Where stretches of books are now, and of files that are or were a book: see `parts`."""
    authors: Sequence[str] = ()
    """The sort key of each episode's author (see `author_key`); empty if no author is known."""
    base_topics: TopicTable = field(init=False)
    """The topics without the listener's lists."""
    lists: Mapping[int, OwnList] = field(default_factory=dict, init=False)
    """The listener's lists by topic; see `selection/list_topics.py`."""
    candidates: Mapping[int, Sequence[int]] = field(default_factory=dict, init=False)
    """What a rule that names a status finds whatever the status, by topic; `ProgressIndex` keeps its members."""

    def __post_init__(self) -> None:
        self.base_topics = self.topics

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _indexes(self) -> dict[str | None, int]:
        indexes: dict[str | None, int] = dict(zip(self.ids, range(len(self.ids)), strict=True))
        for alias, ident in self.aliases.items():
            if (index := indexes.get(ident)) is not None:
                indexes.setdefault(alias, index)
        return indexes

    @cached_property
    def folded(self) -> list[str]:
        """The text to search, one string per episode."""
        return self._folded()

    @cached_property
    def works(self) -> Mapping[int, Sequence[int]]:
        """Books that have author and title in common, with all of these, by index: see `editions`."""
        found: dict[tuple[str, str], list[int]] = {}
        for index, key in enumerate(self.authors):
            if key:
                author, _, title = key.split("  ", 2)
                found.setdefault((author, _CUT.sub("", title)), []).append(index)
        return {index: inside for inside in found.values() if len(inside) > 1 for index in inside}

    @cached_property
    def _layers(self) -> tuple[list[array[int]], list[int]]:
        """Columns that have one topic of each episode, plus 1, or 0; and the topics that are in no column."""
        layers, rest = [array("I", bytes(4 * len(self))) for _ in range(LAYERS)], [ROOT]
        for topic, members in enumerate(self.base_topics.members[1:], 1):
            layer = next((each for each in layers if not any(map(each.__getitem__, members))), None)
            if layer is None:
                rest.append(topic)
                continue
            for index in members:
                layer[index] = topic + 1
        return layers, rest

    def topics_of(self, index: int) -> list[int]:
        """Return the topics that have an episode."""
        layers, rest = self._layers
        found = [layer[index] - 1 for layer in layers if layer[index]]
        members = self.topics.members
        return found + [topic for topic in (*rest, *self.lists) if has_member(members[topic], index)]

    @cached_property
    def _feeds(self) -> list[tuple[str, Sequence[int]]]:
        """The first address of each feed, and its episode indexes."""
        feeds = map(self.topics.feed, range(len(self.topics.names)))
        return [(feed, members) for feed, members in zip(feeds, self.topics.members, strict=True) if feed is not None]

    @property
    def has_podcasts(self) -> bool:
        """Whether there is a podcast, even one without episodes."""
        return bool(self._feeds)

    @cached_property
    def first_of_podcasts(self) -> int:
        """Index of the first podcast episode; the number of all episodes when there is none."""
        return min((members[0] for _, members in self._feeds if len(members)), default=len(self))

    @cached_property
    def settings(self) -> Mapping[str, PodcastSettings]:
        """The settings of podcasts and books that have any, by the feed's first address or the book's id.

        What a book has not set is as its podcast has it.
        """
        if not self.podcasts:
            return {}
        from tui_pod.core.library.podcast_settings import make_settings  # most starts need none of it

        above = {ident: self.podcasts.get(self.feed_of(index) or "", {}) for ident, index in self._books_with_settings}
        return {ident: make_settings({**above.get(ident, {}), **texts}) for ident, texts in self.podcasts.items()}

    @property
    def _books_with_settings(self) -> list[tuple[str, int]]:
        """The ids and indexes of books with settings of their own."""
        ids = (ident for ident in self.podcasts if ":" not in ident)  # the others are addresses
        return [(ident, index) for ident in ids if (index := self.index(ident)) is not None]

    @cached_property
    def settings_of_members(self) -> list[tuple[Sequence[int], PodcastSettings]]:
        """The episode indexes and the settings of each book and podcast that has settings, the narrowest first."""
        settings = self.settings
        if not settings:
            return []
        found: list[tuple[Sequence[int], PodcastSettings]]
        found = [((index,), settings[ident]) for ident, index in self._books_with_settings]
        return found + [(members, settings[feed]) for feed, members in self._feeds if feed in settings]

    def feed_of(self, index: int) -> str | None:
        """Return the first address of an episode's feed; None if it has no feed."""
        return next((feed for feed, members in self._feeds if has_member(members, index)), None)

    @property
    def members_of_feeds(self) -> list[Sequence[int]]:
        """The episodes of each feed."""
        return [members for _, members in self._feeds]

    def own_order(self, topic: int) -> str | None:
        """Return `newest` or `oldest` if a topic is a podcast, or a subfolder of one, with its own order, or None."""
        feed = self.topics.podcast(topic) if topic >= 0 else None
        if feed is None:
            return None
        order = self.settings[feed].order if feed in self.settings else ""
        return order or ("oldest" if topic in self.topics.paths else None)  # as a serial show and a folder have

    def podcast_settings(self, index: int) -> PodcastSettings | None:
        """Return the settings of an episode's book or podcast; None if neither has any."""
        return next((found for members, found in self.settings_of_members if has_member(members, index)), None)

    def index(self, ident: str | None) -> int | None:
        """Return the index of the episode `ident`; None when it is not in the library."""
        return self._indexes.get(ident)

    def is_unlisted(self, index: int) -> bool:
        """Return whether an episode is in no topic, not even in All Topics: its podcast is not subscribed to."""
        return not has_member(self.topics.members[ROOT], index)

    def find(self, ident: str | None) -> Episode | None:
        """Return the episode `ident`; None when it is not in the library."""
        index = self.index(ident)
        return None if index is None else self.episode(index)

    def named(self, episodes: Sequence[str]) -> str:
        """Return the title of one episode without its second part, in quotes, or the number of several."""
        if len(episodes) != 1 or (index := self.index(episodes[0])) is None:
            return counted(len(episodes))
        head = self.titles[index].partition(" — ")[0]
        return f"“{clean(head, SHOWN_TITLE)}”"

    def duration(self, index: int) -> float | None:
        """Return the length in seconds as the catalogue says; None when unknown."""
        return self.durations[index] or None


def search_text(episode: Episode) -> str:
    """Return the searchable text of an episode: title, summary, topics and who made it, folded, on one line."""
    made_by = f"{episode.author} {episode.narrator} {episode.series}" if episode.author or episode.series else ""
    return fold(f"{episode.title} {episode.summary} {' '.join(episode.tags)} {made_by}".rstrip())


def author_key(episode: Episode) -> str:
    """Return author, series and title to sort an episode by, with numbers in their order; empty without an author."""
    if not episode.author:
        return ""
    text = fold(f"{episode.author}  {episode.series or _NO_SERIES}  {episode.title}")
    return re.sub(r"\d+", lambda number: number[0].zfill(8), text)


def split_author_key(key: str) -> tuple[str, str, str]:
    """Return the author, series and title in an `author_key`; the series is empty if there is none."""
    author, _, rest = key.partition("  ")
    series, _, title = rest.partition("  ")
    return author, "" if series == _NO_SERIES else series, title


def told_apart(episodes: Sequence[Episode]) -> Sequence[Episode]:
    """Return episodes, with volume, author, narrator, folder or year in the titles of books that are called alike."""
    alike: dict[str, list[Episode]] = {}
    for episode in filter(is_book, episodes):
        alike.setdefault(fold(episode.title), []).append(episode)
    titles: dict[str, str] = {}
    for books in alike.values():
        known = [""] * len(books)
        for facts in zip(*map(_facts, books), strict=True):
            if len(set(known)) < len(books) and len(set(facts)) > 1:
                known = [", ".join(filter(None, pair)) for pair in zip(known, facts, strict=True)]
        for book, text in zip(books, known, strict=True):
            head, dash, rest = book.title.partition(" — ")
            titles |= {book.id: f"{head} ({text}){dash}{rest}"} if text else {}
    return [one._replace(title=titles.get(one.id, one.title)) for one in episodes] if titles else episodes


def _facts(book: Episode) -> tuple[str, ...]:
    names = zip(*(part.audio.split("/")[:-1] for part in book.parts), strict=False)
    own = [each[0] for each in names if len(set(each)) == 1][-1:]  # not that of a disc
    folder, own_folder = [*book.tags[:1], ""][0], clean("".join(own))
    return book.series, book.author, book.narrator, folder, own_folder, book.year


def day_of(episode: Episode) -> int:
    """Return an episode's day of publication, as `date.toordinal`; 0 when unknown."""
    return episode.published.toordinal() if episode.published else 0


def build_library(
    topics: Iterable[Topic],
    episodes: Sequence[Episode],
    keys: Iterable[tuple[str, ...]] | None = None,
    podcasts: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    days: Sequence[int] | None = None,
    aliases: Mapping[str, str] = MappingProxyType({}),
    moves: Sequence[Move] = (),
) -> Library:
    """Return the library of these episodes, whose ids are distinct.

    Args:
        topics: the tree, by name or by key (see `topics.topic_key`).
        keys: The topics of each episode. If None, its tags.
        days: See `Library.days`. If None, the days of publication.
    """
    durations = array("d", (episode.duration or 0.0 for episode in episodes))
    ids = [episode.id for episode in episodes]
    topics = list(topics)
    indexes = {ident: index for index, ident in enumerate(ids)} if any(topic.episodes for topic in topics) else {}
    table = arrange(topics, (episode.tags for episode in episodes) if keys is None else keys, durations, indexes)
    authors = list(map(author_key, episodes)) if any(episode.author for episode in episodes) else ()
    episodes = told_apart(episodes)
    titles = [episode.title for episode in episodes]
    days = array("I", map(day_of, episodes) if days is None else days)
    is_by_date = all(map(operator.ge, days, days[1:]))
    return Library(
        ids, titles, durations, table, episodes.__getitem__, lambda: list(map(search_text, episodes)),
        days[:0] if is_by_date else days, podcasts, aliases, moves, authors,
    )  # fmt: skip
