"""Hints of both front ends about lists and transcripts, with the keys that help."""

from __future__ import annotations

from os.path import isfile
from typing import TYPE_CHECKING

from tui_pod.core.actions import key_of
from tui_pod.core.library.topics import ROOT
from tui_pod.core.selection.list_query import Filter, ListQuery, SmartList
from tui_pod.core.text.clean import clean

if TYPE_CHECKING:
    from tui_pod.core.library.episode import Episode

NOT_REMOVABLE = f"{key_of('list.remove')} removes podcasts, downloads, and entries of Queue, Continue and New."
NOT_A_PODCAST = (
    "This topic is not a podcast. "
    f"Press {key_of('feed.refresh_all')} to refresh all of them, {key_of('feed.add')} to add one."
)
HIDING = f"The course and its topics leave the tree; your progress stays. {key_of('app.palette')} can show it again."
GONE = f"No longer in the library; it is skipped. Press {key_of('list.remove')} to remove it."
NOT_LISTED = "This podcast is not in your library yet. Continue lists the episode once it has played for a moment."
SYNC_WAYS = "A folder that other machines share", "A gpodder or Nextcloud server", "An Audiobookshelf server"
"""What to sync with; the last one has a library of its own, and any number of them can be added."""
NO_MACHINES = "No machines are known: a sync with a folder finds them."
FORGOTTEN = "Forgotten, with the progress on {}; lists and bookmarks stay."
NOT_SYNCED = "Nothing is synced any more."
SET_BY_FILE = "{} sets what to sync with, under [sync]. Change it there, and start again."
NO_SEARCH = f"No search yet: press {key_of('search.start')} and type what to look for."


def why_no_transcript(episode: Episode, fault: str | None = None) -> str:
    """Return why an episode has no transcript to show; `fault` says why its file cannot be read, if so."""
    where = episode.transcript
    if where is None:
        return "This episode has no transcript."
    if fault:
        return f"Its transcript cannot be read: {fault}."
    if "://" in where:
        host = clean(where.split("/")[2].rpartition("@")[2])  # without a login
        return f"Its transcript is empty: {host}."
    name = clean(where)
    return f"Its transcript is empty: {name}." if isfile(where) else f"Its transcript is missing: {name}."


def why_empty(view: ListQuery, is_library_empty: bool, left_out: str = "") -> str:
    """Return why a list is empty, and what to press; `left_out` is what Continue leaves out."""
    if view.query.strip():
        where = "Nothing" if view.entry == ROOT else "Nothing here"
        return f"{where} matches. {key_of('search.everywhere')} searches everywhere, {key_of('search.clear')} clears."
    if is_library_empty:
        return f"There is nothing to play yet. Press {key_of('feed.add')} to add a podcast, or to search for one."
    if view.entry == SmartList.CONTINUE:
        return f"{left_out or 'Nothing is unfinished.'} What you begin and do not finish appears here."
    if view.entry == SmartList.OLDER:
        return "Nothing is old. What you begin and leave alone for a month goes from Continue to here."
    if view.entry == SmartList.NEW:
        said = "What your podcasts publish from now on is listed here until you play, queue, mark or dismiss it."
        return f"Nothing is new. {said} Press {key_of('feed.refresh_all')} to refresh all podcasts."
    if view.entry == SmartList.QUEUE:
        add, add_next = key_of("queue.add_last"), key_of("queue.add_next")
        return f"The queue is empty. Press {add} on an episode to add it, {add_next} to play it next."
    if view.filter is not Filter.ALL:
        return f"No {view.filter} episodes here. Press {key_of('list.filter')} for the next filter."
    return "No episodes here."
