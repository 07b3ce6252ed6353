"""The tree of topics with counts and how much of each is done."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from tui_pod.core.book import ProgressBook
from tui_pod.core.browsing import Special
from tui_pod.core.library import Library
from tui_pod.ui.actions import bindings
from tui_pod.ui.cells import fit

GUIDE = 2
"""Cells that each level is set in."""

BAR_WIDTH = 4
"""Cells of the bar that shows how much of a topic is played."""

ROOM_FOR_BAR = 22
"""Cells of a row from which on the bar is shown."""

MANY_TOPICS = 500
"""Children of a topic from which on it starts folded: making their rows takes a while."""

_EIGHTHS = " ▁▂▃▄▅▆▇█"


class TopicTree(Tree[int], inherit_bindings=False):
    """All Topics with what is below it, under Continue and Queue. A node's data is a topic's index or a `Special`."""

    BINDINGS = bindings("tree", "move", "episodes")

    class Highlighted(Message):
        """The cursor came to a topic or a special entry."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    class Wished(Message):
        """The listener wants something with an entry: `open`, `leave` for the list, `queue_last`, …"""

        def __init__(self, wish: str, place: int) -> None:
            super().__init__()
            self.wish = wish
            self.place = place

    def __init__(self, library: Library, book: ProgressBook, is_ascii: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__("", id=id)
        self._library = library
        self._book = book
        self._is_ascii = is_ascii
        self._topic_nodes: dict[int, TreeNode[int]] = {}
        self._special_counts = {Special.CONTINUE: 0, Special.QUEUE: 0}
        self.show_root = False
        self.show_guides = False
        self.guide_depth = GUIDE
        self.auto_expand = False

    def on_mount(self) -> None:
        """Make the rows; a topic's children are made when it is unfolded."""
        for special in Special:
            self._topic_nodes[special] = self.root.add_leaf("", data=special)
        root = self._topic_nodes[0] = self.root.add("", data=0, expand=True)
        self._grow(root)

    @property
    def place(self) -> int:
        """The topic index or `Special` at the cursor."""
        node = self.cursor_node
        return node.data if node is not None and node.data is not None else 0

    def show_counts(self, unfinished: int, queued: int) -> None:
        """Show the counts of the special entries, and those of all topics anew."""
        self._special_counts = {Special.CONTINUE: unfinished, Special.QUEUE: queued}
        self._clear_line_cache()
        self.refresh()

    def go(self, place: int) -> None:
        """Put the cursor on a topic or special entry, unfolding what is above it."""
        for topic in self._library.topics.path(place) if place >= 0 else ():
            node = self._topic_nodes.get(topic)
            if node is not None and topic != place:
                self._grow(node)
                node.expand()
        node = self._topic_nodes.get(place)
        if node is not None:
            self.call_after_refresh(self.move_cursor, node)

    def _grow(self, node: TreeNode[int]) -> None:
        topics = self._library.topics
        if node.data is None or node.data < 0 or node.children:
            return
        for topic in topics.children(node.data):
            has_children = topic + 1 < len(topics.parents) and topics.parents[topic + 1] == topic
            is_open = has_children and len(topics.names) < MANY_TOPICS
            child = node.add("", data=topic, allow_expand=has_children, expand=is_open)
            self._topic_nodes[topic] = child
            if is_open:
                self._grow(child)

    # -- drawing ---------------------------------------------------------------------------------------

    def get_label_width(self, node: TreeNode[int]) -> int:
        """Return a width that never needs a scroll bar: labels are cut to the pane."""
        return 1

    def render_label(self, node: TreeNode[int], base_style: Style, style: Style) -> Text:
        """Return the row of a node: name, bar and count in the width that is there."""
        depth = 0
        above = node.parent
        while above is not None and above is not self.root:
            depth, above = depth + 1, above.parent
        width = max(4, self.size.width - GUIDE * depth - 1)
        return Text(self._row(node, width), style=base_style + style, no_wrap=True, end="")

    def _row(self, node: TreeNode[int], width: int) -> str:
        place = node.data if node.data is not None else 0
        if place < 0:
            name = "Continue" if place == Special.CONTINUE else "Queue"
            return self._fitted(f"  {name}", "", self._special_counts[Special(place)], width)
        topics = self._library.topics
        marks = "v>" if self._is_ascii else "▾▸"
        mark = " " if not node.allow_expand else marks[0] if node.is_expanded else marks[1]
        count = len(topics.members[place])
        share = self._book.tallies[place].played / count if count else 0.0
        bar = f"{self._bar(share)} " if share > 0 and width >= ROOM_FOR_BAR else ""
        return self._fitted(f"{mark} {topics.names[place]}", bar, count, width)

    def _fitted(self, name: str, bar: str, count: int, width: int) -> str:
        right = f"{bar}{count:>4} "
        return f"{fit(name, width - len(right) - 1)} {right}"

    def _bar(self, share: float) -> str:
        if self._is_ascii:
            return "#" * max(1, int(share * BAR_WIDTH)) + "." * (BAR_WIDTH - max(1, int(share * BAR_WIDTH)))
        eighths = max(1, int(share * BAR_WIDTH * 8))
        full, rest = divmod(eighths, 8)
        return ("█" * full + (_EIGHTHS[rest] if rest else "") + "▁" * BAR_WIDTH)[:BAR_WIDTH]

    # -- events ----------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Lay the rows out anew."""
        self._clear_line_cache()
        self.refresh()

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[int]) -> None:
        """Tell which entry the cursor is on."""
        event.stop()
        if event.node.data is not None:
            self.post_message(self.Highlighted(event.node.data))

    def on_tree_node_selected(self, event: Tree.NodeSelected[int]) -> None:
        """Keep the click on a row to the tree."""
        event.stop()

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[int]) -> None:
        """Make the rows of what was unfolded."""
        event.stop()
        self._grow(event.node)

    # -- actions ---------------------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self.cursor_line = max(0, min(self.cursor_line + by, self.last_line))

    def action_move_to(self, place: int) -> None:
        """Move the cursor to a row; -1 is the last."""
        self.cursor_line = place if place >= 0 else self.last_line

    def action_move_page(self, pages: float) -> None:
        """Move the cursor by pages or parts of one."""
        self.action_move(int(pages * self.size.height) or (1 if pages > 0 else -1))

    def action_left(self) -> None:
        """Fold the topic, or go to the one above it."""
        node = self.cursor_node
        if node is None:
            return
        if node.allow_expand and node.is_expanded:
            node.collapse()
        elif node.parent is not None and node.parent is not self.root:
            self.move_cursor(node.parent)

    def action_right(self) -> None:
        """Unfold the topic, or go to its episodes."""
        node = self.cursor_node
        if node is not None and node.allow_expand and not node.is_expanded:
            node.expand()
        else:
            self.post_message(self.Wished("leave", self.place))

    def action_choose(self) -> None:
        """Open the entry at the cursor."""
        self.post_message(self.Wished("open", self.place))

    def action_toggle_played(self) -> None:
        """Mark all episodes of the entry."""
        self.post_message(self.Wished("toggle_played", self.place))

    def action_queue_last(self) -> None:
        """Queue all episodes of the entry at the end."""
        self.post_message(self.Wished("queue_last", self.place))

    def action_queue_next(self) -> None:
        """Queue all episodes of the entry as next."""
        self.post_message(self.Wished("queue_next", self.place))
