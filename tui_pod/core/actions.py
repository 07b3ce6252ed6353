"""The table of keys, from which bindings, help, palette, manual and keymap are made.

It uses Textual's names of keys, but does not import Textual. What an action does is in `wishes/actions.py`
or, if it needs a screen, in the front ends; what it asks first is in `wishes/asks.py`.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple


class Action(NamedTuple):
    """What a key does."""

    id: str
    keys: str
    """Default keys in Textual's names, separated by commas; without any, it is run from the palette."""
    label: str
    """What it does, for help and palette."""
    where: str = "app"
    """The pane whose focus it needs, `screen` for the library screen, or `app` for anywhere."""
    hint: str = ""
    """Its word in the key line at the bottom; empty if it is not shown there."""
    pane_action: str = ""
    """The action of Textual that its pane implements; empty if it is run by its id."""
    is_everywhere: bool = False
    """Whether it works in dialogs too."""

    @property
    def action(self) -> str:
        """What its binding tells the app, the screen or the pane to do, as Textual's action string."""
        owner = {"app": "app.", "screen": "screen.", "question": "screen."}.get(self.where, "")
        return self.pane_action or f"{owner}run('{self.id}')"

    @property
    def key_list(self) -> tuple[str, ...]:
        """Its keys in Textual's names."""
        return tuple(filter(None, self.keys.split(",")))


ACTIONS: tuple[Action, ...] = (
    Action("playback.toggle", "space,p", "Play or pause", hint="Pause", is_everywhere=True),
    Action("episode.play", "enter", "Play or resume the episode; open the topic", "list", "Play"),
    Action("transcript.seek", "enter", "Play from the sentence", "transcript", "Play", pane_action="choose"),
    Action("topic.open", "enter", "Open the topic", "tree", "Open"),
    Action("bookmark.play", "enter", "Play the bookmark", "bookmarks", "Play", pane_action="choose"),
    Action(
        "statistics.open",
        "enter",
        "Open the topic, play the episode",
        "statistics",
        "Open",
        pane_action="choose",
    ),
    Action("statistics.search", "slash", "Search the history", "statistics", pane_action="search"),
    Action("question.show", "Q", "Answer the question after an episode", "question"),
    Action("episode.restart", "circumflex_accent,0", "Play from the start", "list"),
    Action("move.down", "j,down", "Down", "move", pane_action="move(1)"),
    Action("move.up", "k,up", "Up", "move", pane_action="move(-1)"),
    Action("move.top", "g,home", "To the top", "move", pane_action="move_to(0)"),
    Action("move.bottom", "G,end", "To the bottom", "move", pane_action="move_to(-1)"),
    Action("move.page_down", "pagedown", "A page down", "move", pane_action="move_page(1)"),
    Action("move.page_up", "pageup", "A page up", "move", pane_action="move_page(-1)"),
    Action("move.half_down", "ctrl+d", "Half a page down", "move", pane_action="move_page(0.5)"),
    Action("move.half_up", "ctrl+u", "Half a page up", "move", pane_action="move_page(-0.5)"),
    Action("focus.next", "tab", "Next pane", "screen"),
    Action("focus.previous", "shift+tab", "Previous pane", "screen"),
    Action("focus.left", "h", "Pane to the left; in the tree: fold", "move", pane_action="left"),
    Action("focus.right", "l", "Pane to the right; in the tree: unfold", "move", pane_action="right"),
    Action("topic.fold", "left", "Fold the topic", "tree", pane_action="left"),
    Action("topic.unfold", "right", "Unfold the topic", "tree", pane_action="right"),
    Action("playback.back", "left,comma", "Back 10 seconds", hint="Seek"),
    Action("playback.forward", "right,full_stop", "Forward 30 seconds", hint="Seek"),
    Action("playback.back_small", "shift+left", "Back 5 seconds"),
    Action("playback.forward_small", "shift+right", "Forward 5 seconds"),
    Action("playback.previous_mark", "left_curly_bracket,ctrl+left", "Previous chapter or sentence"),
    Action("playback.next_mark", "right_curly_bracket,ctrl+right", "Next chapter or sentence"),
    Action("playback.go_to", "colon", "Go to a time: 12:34, +90, -30, 50%; repeat: 1:10 1:25"),
    Action("playback.repeat", "L", "Repeat the sentence, the chapter, the episode; off"),
    Action("passage.skip", "X", "Skip the jingle or advertisement that plays, if you heard it before"),
    Action("playback.take_over", "w", "Go to the newer position of another machine"),
    Action("bookmark.add", "b", "Bookmark what was just said; press twice to edit its note", hint="Bookmark"),
    Action("queue.previous", "less_than_sign,left_parenthesis", "Previous in the queue"),
    Action("queue.next", "greater_than_sign,right_parenthesis", "Next in the queue"),
    Action("playback.slower", "left_square_bracket,ctrl+down", "Slower by 0.1"),
    Action("playback.faster", "right_square_bracket,ctrl+up", "Faster by 0.1"),
    Action("playback.normal_speed", "backspace", "Normal speed"),
    Action("playback.quieter", "minus", "Volume: quieter by 5"),
    Action("playback.louder", "plus,equals_sign", "Volume: louder by 5"),
    Action("audio.level", "W", "Even out loudness (on/off)"),
    Action("audio.skip_silence", "C", "Shorten silence (on/off)"),
    Action("audio.clear_speech", "", "Clearer speech: raise what is soft (on/off)"),
    Action("audio.mono", "", "Mono on this sound device, for one ear (on/off)"),
    Action("audio.left", "", "Balance: 10 % to the left"),
    Action("audio.right", "", "Balance: 10 % to the right"),
    Action("audio.device", "D", "Choose the sound device", "screen"),
    Action("playback.mute", "M", "Mute"),
    Action("episode.toggle_played", "m", "Mark played or unplayed, move on", "episodes", "Played"),
    Action("select.one", "v", "Select one", "list", pane_action="select_one"),
    Action("select.range", "V", "Select a range", "list", pane_action="select_range"),
    Action("queue.add_last", "e", "Queue last", "episodes", "Queue"),
    Action("queue.add_next", "E", "Queue next", "episodes"),
    Action("queue.move_down", "J", "Move down in the queue or your list", "list", "Move"),
    Action("queue.move_up", "K", "Move up in the queue or your list", "list", "Move"),
    Action("queue.spread", "", "Spread the podcasts evenly in the queue"),
    Action("queue.least_left", "", "Sort the queue: least left first"),
    Action("list.collect", "A", "Add to list", "episodes"),
    Action("search.start", "slash", "Search in the list", "screen", "Search"),
    Action("search.everywhere", "ctrl+f", "Search everywhere, transcripts included", "screen", "Everywhere"),
    Action("search.next", "n", "Next match", "screen"),
    Action("search.previous", "N", "Previous match", "screen"),
    Action("search.clear", "escape", "Clear search, selection and notices", "screen", "Clear"),
    Action("topic.find", "F", "Find topics and podcasts in the tree by name", "screen", "Find"),
    Action("list.filter", "f", "Filter: all, unplayed, started, played", "screen"),
    Action("list.sort", "s", "Sort: newest, course, length, title, author, last heard, shuffle", "screen"),
    Action("list.remove", "x", "Remove from this list or queue; delete a download; unsubscribe", "episodes", "Remove"),
    Action("list.mark_played", "", "Mark all that is listed played", "screen"),
    Action("list.catch_up", "", "Catch up: take all of this podcast off New; elsewhere, all of New", "screen"),
    Action(
        "triage.start",
        "ctrl+g",
        "Sample each episode of the list, to queue or dismiss it; press again to end",
        "screen",
    ),
    Action("list.save", "", "Save as a smart list: this topic, search, filter and order", "screen"),
    Action("course.show", "", "Show or hide the course", "screen"),
    Action("feed.add", "a", "Add a podcast, or import some from another player", "screen", "Add podcast"),
    Action("feed.refresh", "r", "Refresh this podcast", "screen"),
    Action("feed.refresh_all", "R", "Refresh all podcasts", "screen"),
    Action("feed.settings", "P", "Settings of this podcast, book or list", "screen", "Settings"),
    Action("feed.troubles", "T", "Podcasts that cannot be refreshed: why, and what helps", "screen"),
    Action("download.start", "d", "Download, or stop a download", "episodes", "Download"),
    Action("download.rename", "", "Rename all downloads as new ones are named", "screen"),
    Action("transcribe.pause", "", "Pause or resume recognition", "screen"),
    Action("list.go_to_playing", "c", "Go to the playing episode", "screen"),
    Action("view.details", "i", "Details of the episode; in the tree: of the topic or podcast", "screen", "Details"),
    Action("view.preview", "", "Show or hide the pane beside the list", "screen"),
    Action(
        "details.choose",
        "enter",
        "Play from the chapter, open the link; otherwise play",
        "details",
        "Play",
        pane_action="choose",
    ),
    Action("details.answer", "a", "Show or hide the answer to the episode's question", "details", pane_action="answer"),
    Action("details.copy", "y", "Copy the link", "details", pane_action="copy"),
    Action("view.episode", "o", "Details; in plain mode: chapters", "screen"),
    Action("view.recap", "", "The story so far: who and what was named up to the position", "screen"),
    Action("view.transcript", "t", "Transcript of what plays, or of the chosen episode", "screen", "Transcript"),
    Action("transcript.follow", "f", "Follow playback again", "transcript", "Follow", pane_action="follow"),
    Action("transcript.nudge_back", "", "Transcript earlier by half a second", "screen"),
    Action("transcript.nudge_forward", "", "Transcript later by half a second", "screen"),
    Action("transcript.copy", "y", "Copy the sentence", "transcript", "Copy", pane_action="copy"),
    Action("transcript.stop", "x", "Stop recognition of the transcript", "transcript"),
    Action("transcript.remove", "", "Remove the recognised transcript", "transcript"),
    Action("transcript.look_up", "", "Look up text with a command of your own", "screen"),
    Action("transcript.recognise", "", "Recognise this episode: a transcript, or its times, made here", "transcript"),
    Action("transcript.give_text", "", "Give the recording its text, a book or a file", "episodes"),
    Action("transcript.place", "", "Place in the text: play from a sentence, or tell where you stopped", "episodes"),
    Action("transcript.select", "v", "Select sentences, to the cursor", "transcript", pane_action="select"),
    Action(
        "transcript.bookmark",
        "b",
        "Bookmark the sentence, or what is selected",
        "transcript",
        pane_action="bookmark",
    ),
    Action("transcript.repeat", "L", "Repeat the sentence at the cursor", "transcript", pane_action="repeat"),
    Action("found.play", "enter", "Play from the match", "found", "Play", pane_action="choose"),
    Action("found.queue", "e", "Queue the episode last", "found", "Queue", pane_action="queue"),
    Action("found.bookmark", "b", "Bookmark the sentence", "found", "Bookmark", pane_action="bookmark"),
    Action("found.search", "slash", "Search for something else", "found", "Search", pane_action="search"),
    Action("bookmark.edit", "b", "Edit the note or the text", "bookmarks", "Note", pane_action="edit"),
    Action("bookmark.group", "s", "Group by episode, date or topic", "bookmarks", "Group", pane_action="group"),
    Action("bookmark.copy", "y", "Copy the text and its source", "bookmarks", "Copy", pane_action="copy"),
    Action(
        "bookmark.remember", "m", "Add to the recall cards, or remove from them", "bookmarks", pane_action="remember"
    ),
    Action("recall.start", "r", "Recall what is due", "bookmarks", pane_action="recall"),
    Action("bookmark.export", "", "Export bookmarks as Markdown", "screen"),
    Action("bookmark.remove", "x", "Remove the bookmark", "bookmarks", "Remove", pane_action="remove"),
    Action("session.plan", "S", "Plan a session", "screen", "Session"),
    Action("session.end", "ctrl+x", "End the session; what plays goes on", hint="End session"),
    Action("sleep.timer", "z", "Sleep timer; press twice for 5 more minutes"),
    Action("sleep.back", "Z", "Go back to where the sleep timer was set"),
    Action("view.library", "1", "The library", "screen"),
    Action("view.session", "2", "The queue and the session", "screen"),
    Action("view.statistics", "3", "Statistics", "screen"),
    Action("view.history", "", "History: what was played, day by day", "screen"),
    Action("view.bookmarks", "4", "Bookmarks", "screen"),
    Action("view.notices", "", "Recent notices"),
    Action("view.theme", "H", "Theme: colours, dark or light"),
    Action("recall.offers", "", "Offer questions after episodes (on/off)", "screen"),
    Action("sync.now", "", "Sync now: progress and podcasts", "screen"),
    Action("sync.machines", "", "Your machines: rename this one, forget another", "screen"),
    Action("sync.set_up", "", "Set up sync: folder, gpodder, Nextcloud, Audiobookshelf server", "screen"),
    Action("undo", "u", "Undo"),
    Action("redo", "ctrl+r", "Redo"),
    Action("work.stop", "ctrl+c", "Stop the work under way: refresh, download, import …", hint="Stop"),
    Action("app.palette", "ctrl+p", "Command palette", hint="Palette", is_everywhere=True),
    Action("app.help", "question_mark", "Help", hint="Help", is_everywhere=True),
    Action("app.quit", "q,ctrl+q", "Quit; everything is saved", hint="Quit", is_everywhere=True),
    Action("app.detach", "ctrl+backslash,ctrl+y", "Leave the terminal, go on playing", is_everywhere=True),
    Action("app.suspend", "ctrl+z", "Suspend"),
)

PINNED_HINTS = ("search.everywhere", "app.palette", "app.help")
"""Actions that stand at the right of the key line, however narrow it is: they lead to all others."""

HINT_ORDER = (
    "work.stop", "playback.toggle", "playback.back", "playback.forward", "episode.play", "transcript.seek",
    "bookmark.play", "details.choose", "found.play", "topic.open", "statistics.open", "transcript.follow",
    "bookmark.edit", "transcript.copy", "bookmark.copy", "bookmark.group", "queue.move_down", "queue.move_up",
    "list.remove", "bookmark.remove", "session.end", "search.clear", "episode.toggle_played", "queue.add_last",
    "found.queue", "download.start", "feed.settings", "view.transcript", "topic.find", "search.start", "found.search",
    "view.details", "session.plan", "bookmark.add", "found.bookmark", "feed.add", "app.quit", *PINNED_HINTS,
)  # fmt: skip
"""The actions of the key line, the most useful first: only the first ones that apply are shown."""

HINT_PLACES = {ident: place for place, ident in enumerate(HINT_ORDER)}

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

PARTS = {
    "playing": ("playback", "passage", "episode", "triage", "queue", "session", "sleep", "audio"),
    "finding": ("list", "search", "view", "statistics"),
    "moving": ("move", "focus", "topic", "select"),
    "reading": ("transcript", "transcribe", "found", "details"),
    "bookmarks": ("bookmark", "recall", "question"),
    "podcasts": ("feed", "course", "download", "sync"),
    "program": ("app", "undo", "redo", "work"),
}
"""Parts of the help, and the beginnings of the ids of their actions."""

ABOUT_EPISODES = frozenset((
    "episode.play", "episode.restart", "episode.toggle_played", "queue.add_last", "queue.add_next", "queue.move_down",
    "queue.move_up", "download.start", "transcript.recognise", "transcript.remove", "transcript.stop",
    "transcript.give_text", "transcript.place",
))  # fmt: skip
"""Commands that need an episode."""

MOVING_ON = ("episode.toggle_played", "queue.add_last", "queue.add_next")
"""Actions whose effect the row shows; they move the cursor to the next one."""


def needs_cursor(action: Action) -> bool:
    """Return True if an action acts on what the cursor is on, so that `tui-pod do` cannot run it."""
    return action.where not in ("app", "screen") and action.id not in ABOUT_EPISODES and action.id != "recall.start"


def active_panes(pane: str) -> frozenset[str]:
    """Return the panes (`Action.where`) whose keys work while `pane` has the focus."""
    return frozenset(("app", "screen", "move", pane, *(("episodes",) if pane in OF_EPISODES else ())))


def part_of(action: Action) -> str:
    """Return the part of the help that has an action."""
    return next(part for part, begins in PARTS.items() if action.id.partition(".")[0] in begins)


def key_hints(pane: str, actions: Iterable[Action] = ACTIONS) -> list[tuple[str, Action]]:
    """Return each action of the key line while `pane` has the focus, in order, with its key.

    Neighbours with the same word are one hint, such as the keys that seek: that of the last, with both keys.
    """
    panes = active_panes(pane)
    hints: list[tuple[str, Action]] = []
    own = {key for action in actions if action.where == pane for key in action.key_list}
    for action in sorted((a for a in actions if a.hint and a.where in panes), key=lambda a: HINT_PLACES[a.id]):
        is_free = action.where == pane or own.isdisjoint(action.key_list[:1])  # else the pane has the key
        if not is_free or (pane in _VIEWS and action.id in OF_THE_LIST):
            continue
        key = next(shown_keys(action))
        if hints and hints[-1][1].hint == action.hint:
            hints[-1] = f"{hints[-1][0]} {key}", action
        else:
            hints.append((key, action))
    return hints


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
