"""The table of keys, from which bindings, help, palette, manual and keymap are made.

It uses Textual's names of keys and actions, but does not import Textual.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple


class Action(NamedTuple):
    """What a key does."""

    id: str
    keys: str
    """Default keys in Textual's names, separated by commas; empty: it is run from the palette."""
    label: str
    """What it does, for help and palette."""
    action: str
    """What the app is told to do: Textual's action string."""
    where: str = "app"
    """The pane whose focus it needs, or `app` for anywhere."""
    hint: str = ""
    """Its word in the key line at the bottom; empty: it is not shown there."""
    is_everywhere: bool = False
    """Whether it works in dialogs too."""

    @property
    def key_list(self) -> tuple[str, ...]:
        """Its keys in Textual's names."""
        return tuple(filter(None, self.keys.split(",")))


ACTIONS: tuple[Action, ...] = (
    Action("playback.toggle", "space,p", "Play or pause", "app.toggle_pause", hint="Pause", is_everywhere=True),
    Action("episode.play", "enter", "Play or resume the episode; open the topic", "choose", "list", hint="Play"),
    Action("transcript.seek", "enter", "Play from the sentence", "choose", "transcript", hint="Play"),
    Action("topic.open", "enter", "Open the topic", "choose", "tree", hint="Open"),
    Action("bookmark.play", "enter", "Play the bookmark", "choose", "bookmarks", hint="Play"),
    Action("statistics.open", "enter", "Open the topic at the cursor", "choose", "statistics", hint="Open"),
    Action(
        "question.show",
        "enter",
        "Show the question that is offered",
        "screen.show_question",
        "question",
        is_everywhere=True,
    ),
    Action("episode.restart", "circumflex_accent", "Play from the start", "run('restart')", "list"),
    Action("move.down", "j,down", "Down", "move(1)", "move"),
    Action("move.up", "k,up", "Up", "move(-1)", "move"),
    Action("move.top", "g,home", "To the top", "move_to(0)", "move"),
    Action("move.bottom", "G,end", "To the bottom", "move_to(-1)", "move"),
    Action("move.page_down", "pagedown", "A page down", "move_page(1)", "move"),
    Action("move.page_up", "pageup", "A page up", "move_page(-1)", "move"),
    Action("move.half_down", "ctrl+d", "Half a page down", "move_page(0.5)", "move"),
    Action("move.half_up", "ctrl+u", "Half a page up", "move_page(-0.5)", "move"),
    Action("focus.next", "tab", "Next pane", "screen.focus_pane", "screen"),
    Action("focus.previous", "shift+tab", "Previous pane", "screen.focus_pane", "screen"),
    Action("focus.left", "h", "Pane to the left; in the tree: fold", "left", "move"),
    Action("focus.right", "l", "Pane to the right; in the tree: unfold", "right", "move"),
    Action("topic.fold", "left", "Fold the topic", "left", "tree"),
    Action("topic.unfold", "right", "Unfold the topic", "right", "tree"),
    Action("playback.back", "left,comma", "Back 10 seconds", "app.run('playback.back')", hint="Seek"),
    Action("playback.forward", "right,full_stop", "Forward 30 seconds", "app.run('playback.forward')", hint="Seek"),
    Action("playback.back_small", "shift+left", "Back 5 seconds", "app.run('playback.back_small')"),
    Action("playback.forward_small", "shift+right", "Forward 5 seconds", "app.run('playback.forward_small')"),
    Action(
        "playback.previous_mark",
        "left_curly_bracket",
        "Previous chapter or sentence",
        "app.run('playback.previous_mark')",
    ),
    Action("playback.next_mark", "right_curly_bracket", "Next chapter or sentence", "app.run('playback.next_mark')"),
    Action("playback.go_to", "colon", "Go to a time: 12:34, +90, -30, 50%", "app.go_to"),
    Action("playback.take_over", "w", "Go to the newer position of another machine", "app.run('playback.take_over')"),
    Action("bookmark.add", "b", "Bookmark what was just said; again: edit its note", "app.bookmark", hint="Bookmark"),
    Action("queue.previous", "less_than_sign", "Previous in the queue", "app.run('queue.previous')"),
    Action("queue.next", "greater_than_sign", "Next in the queue", "app.run('queue.next')"),
    Action("playback.slower", "left_square_bracket", "Slower by 0.1", "app.run('playback.slower')"),
    Action("playback.faster", "right_square_bracket", "Faster by 0.1", "app.run('playback.faster')"),
    Action("playback.normal_speed", "backspace", "Normal speed", "app.run('playback.normal_speed')"),
    Action("playback.quieter", "minus", "Volume: quieter by 5", "app.run('playback.quieter')"),
    Action("playback.louder", "plus,equals_sign", "Volume: louder by 5", "app.run('playback.louder')"),
    Action("audio.level", "W", "Bring recordings to one loudness, or not", "app.run('audio.level')"),
    Action("audio.skip_silence", "C", "Cut silence short, or not", "app.run('audio.skip_silence')"),
    Action("audio.device", "D", "Choose the sound device", "screen.choose_device", "screen"),
    Action("playback.mute", "M", "Mute", "app.run('playback.mute')"),
    Action(
        "episode.toggle_played",
        "m",
        "Mark played or unplayed, move on",
        "run('toggle_played')",
        "episodes",
        hint="Played",
    ),
    Action("select.one", "v", "Select one", "select_one", "list"),
    Action("select.range", "V", "Select a range", "select_range", "list"),
    Action("queue.add_last", "e", "Queue last", "run('queue_last')", "episodes", hint="Queue"),
    Action("queue.add_next", "E", "Queue next", "run('queue_next')", "episodes"),
    Action("queue.move_down", "J", "Move down in the queue or your list", "run('queue_move', 1)", "list", hint="Move"),
    Action("queue.move_up", "K", "Move up in the queue or your list", "run('queue_move', -1)", "list", hint="Move"),
    Action("list.collect", "A", "Put on a list of your own", "run('collect')", "episodes"),
    Action("search.start", "slash", "Search in the list", "screen.search", "screen", hint="Search"),
    Action("search.everywhere", "ctrl+f", "Search everywhere, transcripts included", "screen.view(5)", "screen"),
    Action("search.next", "n", "Next match", "screen.search_next(1)", "screen"),
    Action("search.previous", "N", "Previous match", "screen.search_next(-1)", "screen"),
    Action("search.clear", "escape", "Clear search, selection and notices", "screen.clear", "screen", hint="Clear"),
    Action("list.filter", "f", "Filter: all, unplayed, started, played", "screen.filter", "screen", hint="Filter"),
    Action(
        "list.sort", "s", "Sort: newest, course, length, title, author, last heard, shuffle", "screen.sort", "screen"
    ),
    Action(
        "list.remove",
        "x",
        "Remove: entry of queue, Continue or list; download, podcast, list",
        "run('remove')",
        "episodes",
        hint="Remove",
    ),
    Action("feed.add", "a", "Add a podcast", "screen.add_feed", "screen", hint="Add podcast"),
    Action("feed.refresh", "r", "Refresh this podcast", "screen.refresh_feed", "screen"),
    Action("feed.refresh_all", "R", "Refresh all podcasts", "screen.refresh_feed(True)", "screen"),
    Action(
        "feed.settings",
        "P",
        "Settings of this podcast, book or list",
        "screen.feed_settings",
        "screen",
        hint="Settings",
    ),
    Action("download.start", "d", "Download, or stop a download", "run('download')", "episodes", hint="Download"),
    Action("transcribe.pause", "", "Pause or resume recognition", "app.pause_recognition", "screen"),
    Action("list.go_to_playing", "c", "Go to the playing episode", "screen.go_to_playing", "screen"),
    Action(
        "view.details",
        "i",
        "Details of the episode; in the tree: of the topic or podcast",
        "screen.details",
        "screen",
        hint="Details",
    ),
    Action("view.preview", "", "Show or hide the pane beside the list", "screen.toggle_preview", "screen"),
    Action(
        "details.choose", "enter", "Play from the chapter, open the link; else play", "choose", "details", hint="Play"
    ),
    Action("details.answer", "a", "Show or hide the answer to the episode's question", "answer", "details"),
    Action("view.episode", "o", "Details; in plain mode: chapters", "screen.details", "screen"),
    Action(
        "view.transcript",
        "t",
        "Transcript of what plays, or of the chosen row",
        "screen.transcript",
        "screen",
        hint="Transcript",
    ),
    Action("transcript.follow", "f", "Follow playback again", "follow", "transcript", hint="Follow"),
    Action("transcript.nudge_back", "", "Transcript earlier by half a second", "app.nudge(-0.5)", "screen"),
    Action("transcript.nudge_forward", "", "Transcript later by half a second", "app.nudge(0.5)", "screen"),
    Action("transcript.copy", "y", "Copy the sentence", "copy", "transcript", hint="Copy"),
    Action("transcript.stop", "x", "Stop recognition of the transcript", "remove(True)", "transcript"),
    Action("transcript.remove", "", "Remove the recognised transcript", "remove", "transcript"),
    Action("transcript.bookmark", "b", "Bookmark the sentence at the cursor", "bookmark", "transcript"),
    Action("found.play", "enter", "Play from the match", "choose", "found", hint="Play"),
    Action("found.queue", "e", "Queue the episode last", "queue", "found", hint="Queue"),
    Action("found.bookmark", "b", "Bookmark the sentence", "bookmark", "found", hint="Bookmark"),
    Action("found.search", "slash", "Search for something else", "search", "found", hint="Search"),
    Action("bookmark.edit", "b", "Edit the note or the text", "edit", "bookmarks", hint="Note"),
    Action("bookmark.group", "s", "Group by episode, date or topic", "group", "bookmarks", hint="Group"),
    Action("bookmark.copy", "y", "Copy the text and its source", "copy", "bookmarks", hint="Copy"),
    Action("bookmark.remember", "m", "Add to the recall cards, or remove from them", "remember", "bookmarks"),
    Action("recall.start", "r", "Recall what is due", "recall", "bookmarks"),
    Action("bookmark.remove", "x", "Remove the bookmark", "remove", "bookmarks", hint="Remove"),
    Action("session.plan", "S", "Plan a session", "screen.plan", "screen", hint="Session"),
    Action("session.end", "ctrl+x", "End the session; what plays goes on", "app.end_session", hint="End session"),
    Action("sleep.timer", "z", "Sleep timer; twice: 5 minutes more", "app.sleep_timer"),
    Action("sleep.back", "Z", "Go back to where the sleep timer was set", "app.run('sleep.back')"),
    Action("view.library", "1", "The library", "screen.view(1)", "screen"),
    Action("view.session", "2", "The queue and the session", "screen.view(2)", "screen"),
    Action("view.statistics", "3", "Statistics", "screen.view(3)", "screen"),
    Action("view.bookmarks", "4", "Bookmarks", "screen.view(4)", "screen"),
    Action("undo", "u", "Undo", "app.undo"),
    Action("redo", "ctrl+r", "Redo", "app.undo(True)"),
    Action("work.stop", "ctrl+c", "Stop the work under way: refresh, download, import …", "app.stop_work", hint="Stop"),
    Action("app.palette", "ctrl+p", "Command palette", "app.command_palette", hint="Palette", is_everywhere=True),
    Action("app.help", "question_mark", "Help", "app.help", hint="Help", is_everywhere=True),
    Action("app.quit", "q,ctrl+q", "Quit; everything is saved", "app.quit", hint="Quit", is_everywhere=True),
    Action("app.detach", "ctrl+backslash", "Leave the terminal, go on playing", "app.leave(True)", is_everywhere=True),
    Action("app.suspend", "ctrl+z", "Suspend", "app.leave(False)"),
)

HINT_ORDER = (
    "Stop", "Pause", "Seek", "Play", "Open", "Follow", "Note", "Copy", "Group", "Move", "Remove", "End session",
    "Played", "Queue", "Download", "Add podcast", "Settings", "Clear", "Transcript", "Search", "Details", "Session",
    "Bookmark", "Help", "Quit", "Filter", "Palette",
)  # fmt: skip
"""Words of the key line, from left to right; the last ones are dropped first if it is narrow."""

BY_ID = {action.id: action for action in ACTIONS}

KEY_NAMES = {
    "left": "←", "right": "→", "up": "↑", "down": "↓", "pagedown": "pgdn", "pageup": "pgup", "escape": "esc",
    "full_stop": ".", "comma": ",", "colon": ":", "semicolon": ";", "slash": "/", "backslash": "\\",
    "vertical_line": "|", "question_mark": "?", "exclamation_mark": "!", "quotation_mark": '"', "apostrophe": "'",
    "grave_accent": "`", "left_parenthesis": "(", "right_parenthesis": ")", "left_square_bracket": "[",
    "right_square_bracket": "]", "left_curly_bracket": "{", "right_curly_bracket": "}", "less_than_sign": "<",
    "greater_than_sign": ">", "minus": "-", "plus": "+", "equals_sign": "=", "asterisk": "*", "underscore": "_",
    "tilde": "~", "circumflex_accent": "^", "at": "@", "number_sign": "#", "dollar_sign": "$", "percent_sign": "%",
    "ampersand": "&",
}  # fmt: skip
"""How keys are shown if Textual's name differs from what is printed on the key."""


OF_EPISODES = ("list", "tree", "details")
"""Panes in which keys act on episodes."""

_VIEWS = ("statistics", "bookmarks", "found")

PANES = (*OF_EPISODES, "transcript", *_VIEWS)
"""Panes that can have the focus."""

OF_THE_LIST = frozenset((
    "search.start", "search.next", "search.previous", "list.filter", "list.sort", "view.details", "view.transcript",
    "feed.refresh",
))  # fmt: skip
"""Actions of the list that do nothing in the views over it."""


def active_panes(pane: str) -> frozenset[str]:
    """Return the panes (`Action.where`) whose keys work while `pane` has the focus."""
    return frozenset(("app", "screen", "move", pane, *(("episodes",) if pane in OF_EPISODES else ())))


def key_hints(pane: str, actions: Iterable[Action] = ACTIONS) -> tuple[tuple[str, str, str], ...]:
    """Return key, word and action of each hint in the key line while `pane` has the focus, in order."""
    panes = active_panes(pane)
    hints: dict[str, tuple[str, str, str]] = {}
    own = {key for action in actions if action.where == pane for key in action.key_list}
    for action in sorted((a for a in actions if a.hint and a.where in panes), key=lambda a: HINT_ORDER.index(a.hint)):
        is_free = action.where == pane or own.isdisjoint(action.key_list[:1])  # else the pane has the key
        is_dead = pane in _VIEWS and action.id in OF_THE_LIST
        if is_free and not is_dead:
            key, word = next(shown_keys(action)), action.hint
            hints[word] = (f"{hints[word][0]} {key}" if word in hints else key, word, action.action)
    return tuple(hints.values())


def show_key(key: str) -> str:
    """Return a key as it is displayed: `shift+left` as `shift+←`."""
    *modifiers, name = key.split("+") if len(key) > 1 else [key]
    return "+".join((*modifiers, KEY_NAMES.get(name, name)))


def shown_keys(action: Action) -> Iterator[str]:
    """Yield each of an action's keys as it is displayed."""
    return map(show_key, action.key_list)


def key_of(ident: str) -> str:
    """Return a placeholder for an action's key in a text, for `render_keys` to replace with the listener's key."""
    return f"\0{ident}\0"


def render_keys(text: str, actions: Iterable[Action] = ACTIONS, show: Callable[[str], str] = show_key) -> str:
    """Return a text with the placeholders of `key_of` replaced by keys; outside text cannot contain any."""
    if "\0" not in text:
        return text
    keys = {action.id: action.keys for action in actions}
    *parts, end = text.split("\0")
    lone = "\0" if len(parts) % 2 else ""  # opens no placeholder
    parts[1::2] = (show(keys.get(ident, "").split(",")[0]) for ident in parts[1::2])
    return f"{''.join(parts)}{lone}{end}"
