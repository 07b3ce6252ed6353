"""The tree of topics, with counts and progress."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from tui_pod.core.actions import ACTIONS, BY_ID, key_of
from tui_pod.core.library.library import Library
from tui_pod.core.library.topics import TopicTable, has_member
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import SmartList, smart_lists
from tui_pod.core.text.clean import fold
from tui_pod.core.text.names import match_key
from tui_pod.ui.keys import bindings
from tui_pod.ui.look.cells import MARKS, meter
from tui_pod.ui.look.parts import ACCENT, FAULT, HEAD, LINE, NOW, PLAIN, PLAYED, QUIET, STARTED, Part
from tui_pod.ui.widgets.rows import SIDES, RowPane

METER_WIDTH = 4
"""Width of a topic's progress line, in cells; in a tree that is too narrow for its names, no topic has one."""

LEAST_SHARE = 0.05
"""How much of a topic must be played for its progress line."""

COUNT_WIDTH = 3
"""Width of a count beside that line, which aligns the lines, in cells."""

BORDER = 2
"""Cells of the border at both sides."""

LEAST_WIDTH, MOST_WIDTH = 26, 48
"""Width of the tree with its border at 80 columns and less, and the most it takes, in cells."""

MANY_TOPICS = 500
"""With more topics than this, those below the second level start folded."""

MANY_PODCASTS = 20
"""With more podcasts than this, a course is listed before them, and they are grouped."""

FIRST_GROUP = -100
"""The entry of the first group of podcasts; those of the others are below it."""

_NOT_OF_A_GROUP = frozenset((
    "feed.settings", "feed.refresh", "view.details", "search.start", "list.filter", "list.sort",
    *(action.id for action in ACTIONS if action.where == "episodes"),
))  # fmt: skip
"""Actions that do nothing for a group of podcasts."""

_SMART_MARKS = {
    SmartList.CONTINUE: ("started", STARTED), SmartList.OLDER: ("started", QUIET), SmartList.NEW: ("new", ACCENT),
    SmartList.QUEUE: ("queued", ACCENT),
}  # fmt: skip
"""Name and look of the mark of each smart list, as on its episodes."""


class TopicTree(RowPane):
    """The topics under Continue and Queue. An entry is a topic's index, a `SmartList` or a group of podcasts."""

    BINDINGS = bindings("tree", "move", "episodes")
    chosen_by = "topic.open"

    class Highlighted(Message):
        """The cursor moved to a topic or a smart list."""

        def __init__(self, entry: int, topics: TopicTable) -> None:
            super().__init__()
            self.entry, self.topics = entry, topics

        def entry_in(self, topics: TopicTable) -> int:
            """Return the entry in other topics: the library may have been replaced in the meantime."""
            is_other = self.entry >= 0 and topics is not self.topics
            return self.topics.found_in(topics, self.entry) if is_other else self.entry

    class TopicCommandChosen(Highlighted):
        """An action on a topic or a smart list was requested, by its id."""

        def __init__(self, entry: int, topics: TopicTable, ident: str) -> None:
            super().__init__(entry, topics)
            self.ident = ident

    class FoldsChanged(Message):
        """The listener folded or unfolded a topic or a group."""

        def __init__(self, folds: list[str]) -> None:
            super().__init__()
            self.folds = folds
            """The keys of all that were folded, after `-`, or unfolded, after `+`."""

    def __init__(
        self, library: Library, progress_index: ProgressIndex, grouping: str = "topics", folds: Sequence[str] = ()
    ) -> None:
        """Show a library; `grouping` is the setting `ui.podcasts`, `folds` are those of `FoldsChanged`."""
        super().__init__("tree")
        self._grouping = grouping
        self._are_open = {each[1:]: each[0] == "+" for each in folds if each}  # what was unfolded or folded, by key
        self._words: Sequence[str] = ()  # what the names of topics are searched for
        self._rows: list[int] = []
        self._smart_counts = dict.fromkeys(SmartList, 0)
        self._counts: list[int] = []
        self._failed = self._moved = frozenset[str]()
        self._playing: int | None = None  # a topic of the playing episode
        self._live: int | None = None  # the row with its mark: that topic, or the folded one that hides it
        self._shown_playing: tuple[int | None, str] = (None, "playing")
        self._set_topics(library, progress_index)
        self._folded = set(filter(self._starts_folded, range(len(self._depths))))
        self._list_rows()

    def _starts_folded(self, topic: int) -> bool:
        """Return whether a topic that is new in the tree is folded: as the listener left it, or if there are many."""
        is_large = len(self._depths) > MANY_TOPICS and self._depths[topic] >= 1
        return not self._are_open.get(self._topics.keys[topic], not is_large and topic not in self._crowded)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the width that shows all names and progress lines, unless the list would lack room for its titles."""
        most = LEAST_WIDTH + max(0, container.width + BORDER - 80) * 5 // 9
        return max(LEAST_WIDTH, min(self._wanted_width, most)) - BORDER

    def _set_topics(self, library: Library, progress_index: ProgressIndex) -> None:
        self._library, self._topics = library, library.topics
        self._progress_index = progress_index
        parents = self._topics.parents
        self._depths = [0] * len(parents)
        self._is_parent = [False] * len(parents)
        for topic in range(1, len(parents)):
            if self._topics.is_list(topic):
                continue  # shown above all topics
            self._depths[topic] = self._depths[parents[topic]] + 1
            self._is_parent[parents[topic]] = True
        self._group_podcasts()
        names = self._topics.names[:MANY_TOPICS]
        widths = (
            depth + cell_len(f"▾ {name}")
            + (len(" 99 new") if self._topics.feed(topic) else METER_WIDTH + COUNT_WIDTH + 2)
            for topic, (name, depth) in enumerate(zip(names, self._depths, strict=False))
        )  # fmt: skip
        self._wanted_width = min(max(widths, default=0) + SIDES + BORDER, MOST_WIDTH)

    def _group_podcasts(self) -> None:
        """Find the groups of many podcasts, and the topics that are crowded with them."""
        topics, base = self._topics, len(self._library.base_topics.names)
        feeds = [topic for topic in range(1, base) if topics.feed(topic) is not None]
        self._has_many = len(feeds) > MANY_PODCASTS
        self._groups, self._emptied, self._crowded = dict[str, list[int]](), frozenset[int](), set[int]()
        self._group_of, self._indents = dict[int, int](), self._depths
        if not self._has_many or self._grouping == "all":
            return
        from tui_pod.ui.widgets.podcast_groups import group_podcasts  # few have so many

        names, members, self._emptied = group_podcasts(topics, feeds, self._grouping == "letters")
        self._groups = dict(zip(names, members, strict=True))
        self._group_of = {topic: number for number, group in enumerate(members) for topic in group}
        self._crowded = {topic for feed in feeds for topic in topics.path(feed)[1:-1]}
        self._indents, start = [*self._depths], 0
        for topic, depth in enumerate(self._depths[:base]):
            if topic in self._group_of:
                start = depth
            elif start and depth <= start:
                start = 0
            self._indents[topic] = depth - start + 2 if start else depth

    def adopt(self, library: Library, progress_index: ProgressIndex) -> None:
        """Show the topics of another library; folded topics and the cursor stay."""
        former, group = self._topics, self._group
        entry = self.entry if group is None else self._groups[group][0]
        folded, known = {former.keys[topic] for topic in self._folded}, {*former.keys}
        self._set_topics(library, progress_index)
        self._folded = {
            topic for topic, key in enumerate(self._topics.keys)
            if (key in folded if key in known else self._starts_folded(topic))
        }  # fmt: skip
        self._playing, self._shown_playing = None, (None, "")
        self._list_rows()
        entry = entry if entry < 0 else former.found_in(self._topics, entry)
        self.go_to(entry if group is None or entry not in self._group_of else FIRST_GROUP - self._group_of[entry])
        self.refresh(layout=True)  # longer names take more room

    @property
    def entry(self) -> int:
        """The topic index, `SmartList` or group at the cursor."""
        return self._rows[self.cursor]

    @property
    def _group(self) -> str | None:
        """The name of the group at the cursor."""
        return [*self._groups][FIRST_GROUP - self.entry] if self.entry <= FIRST_GROUP else None

    def _is_open(self, group: str) -> bool:
        return self._are_open.get(_group_key(group), False)

    @property
    def hint_words(self) -> dict[str, str]:
        """Other words in the key line: a group can only be unfolded and folded."""
        if (group := self._group) is None:
            return {}
        return {**dict.fromkeys(_NOT_OF_A_GROUP, ""), "topic.open": "Fold" if self._is_open(group) else "Unfold"}

    @property
    def _shows_parts(self) -> bool:
        """Whether the topic at the cursor has parts, and is not folded."""
        return self.entry >= 0 and self._is_parent[self.entry] and self.entry not in self._folded

    def _head(self, topic: int) -> int | None:
        """Return the grouped podcast that a topic is or is inside of."""
        return next((above for above in self._topics.path(topic) if above in self._group_of), None)

    def show_counts(self, unfinished: int, queued: int) -> None:
        """Show the counts of the smart lists, and the progress of all topics."""
        new = len(self._progress_index.new)
        older = self._progress_index.older_count
        self._smart_counts = {
            SmartList.CONTINUE: unfinished, SmartList.OLDER: older, SmartList.NEW: new, SmartList.QUEUE: queued,
        }  # fmt: skip
        entry = self.entry
        if (older > 0) != (SmartList.OLDER in self._rows) and entry != SmartList.OLDER:  # that one is being read
            self._list_rows()
            self.go_to(entry)
        counts = [unfinished, older, new, queued, *(stats.played for stats in self._progress_index.topic_stats)]
        counts += [len(self._topics.members[topic]) for topic in self._library.candidates]
        if counts != self._counts:
            self._counts = counts
            self.refresh()

    def show_failed(self, feeds: frozenset[str], moved: frozenset[str] = frozenset()) -> None:
        """Mark the podcasts that have trouble, and those that moved."""
        self._failed, self._moved = feeds, moved
        self.refresh()

    def show_playing(self, index: int | None, name: str, mark: str) -> None:
        """Mark the topic of this name, as in the bar, if it has the playing episode; otherwise the smallest topic."""
        if (index, mark) != self._shown_playing:
            self._shown_playing = index, mark
            members, names = self._topics.members, self._topics.names
            base = len(self._library.base_topics.names)  # lists say nothing of where an episode belongs
            found = [topic for topic in range(base) if index is not None and has_member(members[topic], index)]
            self._playing = min(found, key=lambda topic: (names[topic] != name, len(members[topic])), default=None)
            self._list_rows()

    def go_to(self, entry: int) -> None:
        """Move the cursor to a topic or smart list, unfolding its parents."""
        if self._words and entry not in self._rows:
            self._words, self.border_subtitle = (), ""
            self._list_rows()
        above, head = self._topics.path(entry)[:-1], self._head(entry)
        group = [*self._groups][self._group_of[head]] if head is not None else None
        if self._folded.intersection(above) or (group is not None and not self._is_open(group)):
            self._folded.difference_update(above)
            self._are_open |= {_group_key(name): True for name in filter(None, (group,))}
            self._list_rows()
        self.go(self._rows.index(entry if entry in self._rows else 0))

    def _list_rows(self) -> None:
        """List the rows that no folded topic hides, those of groups last, and find the row to mark as playing."""
        rows: list[int] = [*smart_lists(self._library, self._progress_index)]
        rows += self._library.lists
        if self._words:
            self._rows = self._found()
            return self._rows_changed()
        inside, head = dict[int, list[int]](), None  # the rows of each grouped podcast, and the one that this row is of
        hidden = hidden_inside = len(self._depths)  # the depth below which rows are hidden
        for topic, depth in enumerate(self._depths[: len(self._library.base_topics.names)]):
            if topic in self._group_of:
                head, hidden_inside = topic, len(self._depths)
            elif head is not None and depth <= self._depths[head]:
                head = None
            if head is not None and depth <= hidden_inside:
                inside.setdefault(head, []).append(topic)
                hidden_inside = depth if topic in self._folded else len(self._depths)
            elif head is None and depth <= hidden and topic not in self._emptied:
                rows.append(topic)
                hidden = depth if topic in self._folded else len(self._depths)
        self._rows = self._with_courses_first(rows) if self._has_many else rows
        for number, (name, podcasts) in enumerate(self._groups.items()):
            self._rows.append(FIRST_GROUP - number)
            if self._is_open(name):
                self._rows += (topic for podcast in podcasts for topic in inside[podcast])
        self._rows_changed()

    def _rows_changed(self) -> None:
        self._live = self._row_of(self._playing) if self._playing is not None else None
        self.count_rows()
        self.refresh()

    def narrow(self, typed: str, entry: int = 0) -> None:
        """List only topics with these words in their names, below their parents; without words, all, and go to one."""
        had_words, self._words = bool(self._words), fold(typed).split()
        self.border_subtitle = Content(f"/ {typed.strip()}" if self._words else "")
        self._list_rows()
        if not self._words and had_words:
            self.go_to(entry)
        elif self._words:
            self.go(self._rows.index(min(self._matches, key=self._matches.__getitem__, default=0)))

    def _found(self) -> list[int]:
        """Return All Topics, and the topics with the words in their names with those above them, the best first."""
        names, topics, typed = self._topics.names, self._topics, " ".join(self._words)
        self._matches = {
            topic: match_key(typed, names[topic])
            for topic in range(1, len(names)) if all(word in fold(names[topic]) for word in self._words)
        }  # fmt: skip
        best = {0: (False, False, 0, "")}  # the best match in each row
        for topic, key in self._matches.items():
            best |= {above: min(key, best.get(above, key)) for above in topics.path(topic)}
        return sorted(best, key=lambda row: [(best[above], above) for above in topics.path(row)])

    def _row_of(self, topic: int) -> int:
        """Return the entry of a topic, or of what hides it: a folded topic, or a group."""
        head, path = self._head(topic), self._topics.path(topic)
        if head is not None:
            number = self._group_of[head]
            if FIRST_GROUP - number in self._rows and not self._is_open([*self._groups][number]):
                return FIRST_GROUP - number
            path = path[path.index(head) :]
        if self._words:
            return topic
        return min(self._folded.intersection(path[:-1]), default=topic)

    def _with_courses_first(self, rows: Sequence[int]) -> list[int]:
        """Return the rows with the branches that have a course before other topics, which would push them away."""
        branches = list[list[int]]()
        for entry in rows:
            if entry <= 0 or entry in self._library.lists or self._depths[entry] == 1 or not branches:
                branches.append([])
            branches[-1].append(entry)
        courses = self._topics.courses
        return [entry for branch in sorted(
            branches, key=lambda each: each[0] > 0 and self._depths[each[0]] == 1 and courses.isdisjoint(each)
        ) for entry in branch]  # fmt: skip

    # -- drawing ---------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Return the number of entries that are unfolded."""
        return len(self._rows)

    def draw_row(self, row: int) -> Sequence[Strip]:
        """Draw an entry."""
        entry = self._rows[row]
        if entry <= FIRST_GROUP:
            left, right = self._group_parts(FIRST_GROUP - entry)
        else:
            left, right = self._smart_parts(SmartList(entry)) if entry < 0 else self._parts(entry)
        return (self.framed(left, row, right),)

    def _smart_parts(self, entry: SmartList) -> tuple[list[Part], list[Part]]:
        count = self._smart_counts[entry]
        name, look = _SMART_MARKS[entry]
        mark = (f"{MARKS[name]} ", look if count else QUIET)
        return [mark, (entry.name.title(), PLAIN)], [(str(count), ACCENT if count else QUIET)]

    def _group_parts(self, number: int) -> tuple[list[Part], list[Part]]:
        """Return a group's name, and for its right end the marks of its podcasts and their number."""
        name, podcasts = [*self._groups.items()][number]
        lead = f" {'▾' if self._is_open(name) else '▸'} "
        has_fault = not self._failed.isdisjoint(map(self._topics.feed, podcasts))
        right: list[Part] = [(MARKS["fault"], FAULT), (" ", PLAIN)] if has_fault else []
        if self._live == FIRST_GROUP - number:
            right.append((f"{MARKS[self._shown_playing[1]]} ", ACCENT))
        new = sum(map(self._progress_index.new_in, podcasts))
        count = (f"{new} new", ACCENT) if new else (f"{MARKS['podcast']} {len(podcasts)}", QUIET)
        return [(lead, QUIET), (name, HEAD)], [*right, count]

    def _parts(self, topic: int) -> tuple[list[Part], list[Part]]:
        """Return a topic's name, and at the right its progress and number of episodes."""
        is_folded = topic in self._folded and not self._words
        arrow = "▾▸"[is_folded] if self._is_parent[topic] else " "
        count, played = len(self._topics.members[topic]), self._progress_index.topic_stats[topic].played
        depths = self._depths if self._words else self._indents
        indent, name, feed = " " * depths[topic], self._topics.names[topic], self._topics.feed(topic)
        lead, lead_look, name_look = f"{indent}{arrow} ", QUIET, HEAD if self._is_parent[topic] else PLAIN
        if feed is not None:
            lead = f"{indent}{arrow if self._is_parent[topic] else ''}{MARKS['podcast']} "
        elif topic in self._library.lists:
            lead = f"{MARKS['list']} "
        right: list[Part] = [(MARKS["fault"], FAULT), (" ", PLAIN)] if feed in self._failed else []
        right += [(MARKS["moved"], ACCENT), (" ", PLAIN)] if feed in self._moved else []
        if topic == self._live:
            mark = MARKS[self._shown_playing[1]]
            lead_look, name_look = ACCENT, NOW
            if self._is_parent[topic]:
                right += [(f"{mark} ", ACCENT)]
            else:
                lead = f"{indent}{mark} "
        new = self._progress_index.new_in(topic) if feed is not None else 0
        if new:
            lead_look = ACCENT
            return [(lead, lead_look), (name, name_look)], [*right, (f"{new} new", ACCENT)]
        number = str(count)
        if played == count and count:
            right += [(f"{MARKS['played']} ", PLAYED)]
        elif played >= max(1, LEAST_SHARE * count) and self.text_width + SIDES + BORDER >= self._wanted_width:
            full, rest = meter(played / count, METER_WIDTH)
            right += [(full, ACCENT), (f"{rest} ", LINE)]
            number = f"{number:>{COUNT_WIDTH}}"
        return [(lead, lead_look), (name, name_look)], [*right, (number, QUIET)]

    # -- events and actions ----------------------------------------------------------------------------

    def on_cursor_moved(self) -> None:
        """Report the entry at the cursor."""
        self.post_message(self.Highlighted(self.entry, self._topics))

    def _fold(self, key: str, is_open: bool) -> None:
        """Record that the listener folded or unfolded a topic or a group."""
        self._are_open[key] = is_open
        self._list_rows()
        self.post_message(self.FoldsChanged([f"{'-+'[each]}{name}" for name, each in self._are_open.items()]))

    def action_run(self, ident: str) -> None:
        """Choose a command for the entry at the cursor. A group can only be unfolded and folded."""
        if (group := self._group) is None:
            self.post_message(self.TopicCommandChosen(self.entry, self._topics, ident))
        elif ident == self.chosen_by:
            self._fold(_group_key(group), not self._is_open(group))
            shown = len(self._groups[group]) if self._is_open(group) else 0
            seen = Region(0, self.cursor, 1, min(self.size.height, 1 + shown))
            self.scroll_to_region(seen, animate=False, force=True, immediate=True)
        else:
            self.app.notify(f"{group} is a group. {key_of('topic.unfold')} shows its podcasts.")

    def action_left(self) -> None:
        """Fold the topic, or go to its parent."""
        entry, opened = self.entry, self._group
        if opened is not None and self._is_open(opened):
            self.action_run(self.chosen_by)
        elif (group := FIRST_GROUP - self._group_of.get(entry, -1)) in self._rows and not self._shows_parts:
            self.go(self._rows.index(group))
        elif self._shows_parts:
            self._folded.add(entry)
            self._fold(self._topics.keys[entry], is_open=False)
        elif entry > 0:
            self.go(self._rows.index(self._topics.parents[entry]))

    async def action_right(self) -> None:
        """Unfold the topic, or go to its episodes."""
        if (group := self._group) is not None and not self._is_open(group):
            self.action_run(self.chosen_by)
        elif self.entry in self._folded and self._is_parent[self.entry]:
            self._folded.remove(self.entry)
            self._fold(self._topics.keys[self.entry], is_open=True)
        else:
            await self.run_action(BY_ID["focus.next"].action)


def _group_key(group: str) -> str:
    return f"\0group\0{group.partition('–')[0]}"  # the first letter stays if others change
