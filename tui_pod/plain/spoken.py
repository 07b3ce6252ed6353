"""What the plain program says, as sentences to be read aloud: no symbols, no columns, the row number first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from tui_pod.core.actions import Action, key_of
from tui_pod.core.library.course import place_text
from tui_pod.core.library.episode import has_only_teaser
from tui_pod.core.library.library import Library
from tui_pod.core.library.row_states import WHOLE, DownloadState
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.library.speed import SpeedRule
from tui_pod.core.library.topics import has_member
from tui_pod.core.player.snapshot import JUMP, Chapter, Playback, PlayerStatus
from tui_pod.core.player.version import stated_otherwise
from tui_pod.core.progress.history import Day
from tui_pod.core.progress.passages import Passage, times
from tui_pod.core.progress.progress import Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.statistics import Statistics
from tui_pod.core.selection.list_query import Filter, SmartList
from tui_pod.core.selection.session_planner import Plan, Summary
from tui_pod.core.selection.session_status import SessionStatus
from tui_pod.core.text.clean import clean, counted, span, spoken_place, spoken_time
from tui_pod.core.wall_time import local_time
from tui_pod.services.episode_list import EpisodeListModel

SHOWN = 12
"""How many planned episodes are read out; the rest are counted."""

RECENT = 5
"""How many sessions, and how many topics, are read out."""

FOLDERS = 2
"""How many folders of a recording are named, such as a book and its part."""


def source_of(library: Library, index: int, listed: int = -1) -> str:
    """Return the podcast of an episode, or the folders of a book, without those that the topic `listed` says."""
    feed, topics = library.feed_of(index), library.topics
    if feed is None:
        return ""
    own = [topic for topic in topics.of_feed(feed) if has_member(topics.members[topic], index)]
    for topic in range(len(topics.names)):  # parents come first
        if topics.parents[topic] in own and has_member(topics.members[topic], index):
            own.append(topic)
    known = topics.path(listed) if listed >= 0 else ()
    return ", ".join([topics.names[topic] for topic in own if topic not in known][-FOLDERS:])


def say_episode(library: Library, progress_index: ProgressIndex, index: int, source: str = "") -> str:
    """Return an episode's title, its podcast if `source` names it, its status and position, and its length."""
    title, progress = library.titles[index], progress_index.get(library.ids[index])
    numbering = library.episode(index).numbering
    duration = progress_index.length(index)
    unknown = "only a teaser" if has_only_teaser(library.episode(index)) else "unknown length"
    length = spoken_time(round(duration)) if duration else unknown
    ident = library.ids[index]
    parts = progress_index.new_parts(ident) if ident in progress_index.new else 0
    match progress_index.status(ident):
        case Status.STARTED if parts:
            said = f"{counted(parts, 'new part')}, {length}"
        case Status.STARTED if progress is not None:
            said = f"started, {spoken_place(progress.position, duration)}"
        case Status.PLAYED:
            said = f"played, {length}"
        case _:
            said = length
    named = titled(f"{numbering}, {title}" if numbering else title, source)
    return f"{named} {said[0].upper()}{said[1:]}."


def titled(title: str, source: str) -> str:
    """Return a title and where it is from, each as a sentence; nothing of an empty source."""
    return f"{sentence(title)} {sentence(source)}" if source else sentence(title)


def sentence(text: str) -> str:
    """Return the text with a full stop, unless it ends a sentence, so that a voice pauses after it."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def say_download(former: DownloadState | None, now: DownloadState | None) -> str:
    """Return what happened to a download, to be followed by its title; empty if there is nothing to say."""
    was_running = former is not None and not former.is_whole and not former.error
    if (now or former or WHOLE).is_automatic:
        return ""
    if now is None:
        return "Download stopped" if was_running else ""
    if now.error:
        return "Download failed"
    if now.is_whole:
        return "Downloaded" if was_running else ""
    return "" if was_running else "Downloading"


def say_topic(model: EpisodeListModel, entry: int) -> str:
    """Return an entry of the topics: its name, what is in it, and its level in the tree."""
    if entry < 0:
        index = model.progress_index
        counts = {
            SmartList.CONTINUE: index.continue_count,
            SmartList.OLDER: index.older_count,
            SmartList.NEW: len(index.new),
        }
        return f"{model.name(entry)}, {counted(counts.get(SmartList(entry), len(model.queue.upcoming)))}."
    topics, stats = model.library.topics, model.progress_index.topic_stats[entry]
    said = f"{topics.names[entry]}, {counted(len(topics.members[entry]))}"
    if (new := model.progress_index.new_in(entry)) and topics.feed(entry) is not None:
        said += f", {new} new"
    if stats.played:
        said += f", {stats.played} played"
    return f"{said}, level {len(topics.path(entry))}."


def say_list(model: EpisodeListModel) -> str:
    """Return what is listed and how."""
    query = model.query
    said = [model.name(query.entry), counted(len(model.indexes))]
    if query.entry >= 0:
        said.append(model.order_name)
        if query.filter is not Filter.ALL:
            said.append(f"{query.filter} only")
    if query.query.strip():
        said.append(f"with {query.query.strip()}")
    return f"{', '.join(said)}. {model.left_out if model.indexes else ''}".rstrip()


def say_playback(playback: Playback) -> str:
    """Return what plays, and its position."""
    if not playback.is_loaded:
        return "Nothing is playing."
    word = {PlayerStatus.PLAYING: "Playing", PlayerStatus.LOADING: "Preparing"}.get(playback.shown_status, "Paused")
    said = f"{word}: {sentence(playback.title)} {_say_position(playback)}"
    if playback.fetching is not None:
        said += f", {playback.fetching}"
    elif playback.narrated_share is not None:
        said += f", narrated {playback.narrated_share:.0%}".replace("%", " %")
    elif playback.attempt is not None:
        said += f", {playback.attempt}"
    if playback.speed != 1.0:
        said += f", at speed {playback.speed:g}"
    if playback.is_muted:
        said += ", muted"
    if playback.is_teaser:
        said += ", only the teaser"
    return f"{said}."


def say_change(former: Playback, now: Playback, source: str = "", is_finished: bool = False) -> Iterator[str]:
    """Yield what changed for the listener: what started, paused or jumped, speed, volume and buffering.

    `source` is the podcast of what plays now, to be named if it starts; the former episode may have been played to its
    end (`is_finished`).
    """
    is_other = former.load != now.load or former.status is PlayerStatus.LOADING
    is_again = now.repeat is not None and now.repeat.number > 1 and now.position == now.repeat.start
    if now.status is PlayerStatus.PLAYING and (is_other or former.status is not PlayerStatus.PLAYING):
        if is_other:
            teaser = " Only the teaser is spoken." if now.is_teaser else ""
            yield f"Playing: {titled(now.title, source)} {_from(now)}.{teaser}"
        else:
            yield f"Playing, {_say_position(now)}."
    elif now.status is PlayerStatus.PAUSED and former.status is not PlayerStatus.PAUSED:
        yield f"Paused, {_say_position(now)}."
    elif former.is_active and not now.is_active:
        yield f"Finished: {sentence(former.title)}" if is_finished else "Stopped."
    elif now.load == former.load and now.is_loaded and not (is_again or -0.5 < now.position - former.position < JUMP):
        yield f"At {_say_position(now)}."
    if now.fetching is not None and former.fetching is None:
        yield f"{str(now.fetching).capitalize()}; press enter to play from the start."
    if now.narrated_share is not None and former.narrated_share is None:
        yield "Narrating, which takes a while."
    attempt, last = now.attempt, former.attempt
    if attempt is not None and (last is None or attempt.left > last.left or attempt.is_paused != last.is_paused):
        yield f"{sentence(str(attempt).capitalize())}"
    elif now.is_buffering != former.is_buffering and now.load == former.load and last is None:
        yield "Waiting for the network." if now.is_buffering else "The network is back."
    if now.speed != former.speed:
        yield f"Speed {now.speed:g}."
    if now.volume != former.volume:
        yield f"Volume {now.volume} percent."
    if now.is_muted != former.is_muted:
        yield "Muted." if now.is_muted else "Sound on."


def _say_position(playback: Playback) -> str:
    about = "about " if playback.is_estimated else ""
    return f"{about}{spoken_place(playback.position, playback.duration)}"


def _from(playback: Playback) -> str:
    if playback.position < 1:
        return spoken_time(round(playback.duration)) if playback.duration else "Length unknown"
    return f"From {_say_position(playback)}"


def say_outlook(library: Library, session_status: SessionStatus) -> Iterator[str]:
    """Yield the position in the session, and what plays next."""
    if session_status.number is not None:
        left = spoken_time(session_status.left)
        yield f"Episode {session_status.number} of {session_status.count} in the session, {left} left."
    elif session_status.waiting:
        left = f"{counted(session_status.waiting)}, {spoken_time(session_status.left)}"
        yield f"The session waits with {left}. Press {key_of('queue.next')} to go on with it."
    yield from say_next(library, session_status.next)


def say_next(library: Library, ident: str | None) -> Iterator[str]:
    """Yield what plays next, and from which podcast."""
    index = library.index(ident) if ident else None
    if index is not None:
        source = source_of(library, index)
        yield f"Next: {titled(library.titles[index], source) if source else library.titles[index]}"


def say_plan(
    library: Library, progress_index: ProgressIndex, plan: Plan, speed_rule: SpeedRule, now: datetime
) -> Iterator[str]:
    """Yield a planned session: its length, its end and its episodes."""
    end = local_time(now + timedelta(seconds=plan.total))
    yield f"{counted(len(plan.indexes))}, {spoken_time(plan.total)}, until {end:%H:%M}."
    former = ""
    for index, origin in list(zip(plan.indexes, plan.origins, strict=True))[:SHOWN]:
        seconds = round(progress_index.remaining(index) / speed_rule(index))
        said = f"{origin[:1].upper()}{origin[1:]}"
        yield f"{titled(library.titles[index], said if origin != former else '')} {spoken_time(seconds)}."
        former = origin
    if len(plan.indexes) > SHOWN:
        yield f"And {len(plan.indexes) - SHOWN} more."


def say_summary(library: Library, summary: Summary) -> Iterator[str]:
    """Yield the result of a session."""
    yield f"The session is over. {counted(summary.finished)} finished, listened for {spoken_time(summary.heard)}."
    for name, played, members in summary.topics:
        yield f"{name}: {played} of {members} played."
    yield from say_next(library, summary.next)


def say_details(library: Library, progress_index: ProgressIndex, index: int) -> Iterator[str]:
    """Yield the details of an episode."""
    episode = library.episode(index)
    yield say_episode(library, progress_index, index)
    if episode.summary:
        yield episode.summary
    made_by = (
        ("By", episode.author),
        ("Read by", episode.narrator),
        ("Series:", episode.series),
        ("Year:", episode.year),
    )
    yield from (f"{name} {text}." for name, text in made_by if text)
    if said := stated_otherwise(episode, progress_index.get(episode.id)):
        yield f"{said[:1].upper()}{said[1:]}."
    if len(episode.parts) > 1:
        yield f"A book of {len(episode.parts)} files."
    if place := place_text(library.topics, index):
        yield f"{place.replace(' ·', ',')}."
    if episode.question:
        yield f"Question: {sentence(episode.question)}"
    if episode.tags:
        yield f"Topics: {', '.join(episode.tags)}."
    if episode.published is not None:
        yield f"Published {episode.published:%d %B %Y}."
    yield from (f"Source: {source}" for source in episode.sources.split("\n") if source)
    yield f"Id: {episode.id}"


def say_notes(notes: EpisodeNotes, chapters: Sequence[Chapter]) -> Iterator[str]:
    """Yield an episode's podcast, its show notes line by line, and its chapters."""
    if notes.podcast:
        yield f"Podcast: {sentence(notes.podcast)}"
    if notes.page:
        yield f"Page: {notes.page}"
    if notes.health:
        yield f"Of its files: {notes.health}."
    if notes.replaced:
        yield f"Its podcast gave it another recording on {notes.replaced:%d %B %Y}."
    yield from (f"Also at: {path}" for path in notes.copies)
    if notes.text:
        yield "Notes:"
        yield from (line for line in notes.text.split("\n") if line.strip())
    yield from say_chapters(chapters)


def say_chapters(chapters: Sequence[Chapter], first: int = 1) -> Iterator[str]:
    """Yield each chapter with its number, from `first` on, and its start."""
    for number, mark in enumerate(chapters, first):
        yield f"Chapter {number}, at {spoken_time(mark.start)}: {sentence(mark.title or 'no title')}"
        yield from (
            f"{name}: {address}" for name, address in (("Link", mark.link), ("Picture", mark.picture)) if address
        )


def say_passages(passages: Iterable[Passage]) -> Iterator[str]:
    """Yield each passage that was heard before: its start, its length and how often."""
    for start, end, heard, *_ in passages:
        yield f"At {spoken_time(start)}: {spoken_time(round(end - start))} heard {times(heard)}."


def say_statistics(history: Statistics, today: date, library: Library, finished: int) -> Iterator[str]:
    """Yield how long the listener listened, in all, by topic and in the last sessions.

    `finished` is how many episodes were ever finished.
    """
    for name, heard in history.periods(today):
        yield f"Listened {name}: {spoken_time(heard)}."
    if history.saved >= 60:
        yield f"Saved by speed, shorter silence and skipped passages: {spoken_time(history.saved)}."
    yield f"Finished: {counted(finished)}."
    for topic in history.listed_topics(library.topics)[0][:RECENT]:
        yield f"{sentence(library.topics.names[topic])} {spoken_time(history.topics[topic])}."
    for name, heard in history.elsewhere:
        yield f"{name}: {spoken_time(heard)}."
    for session in history.sessions[:RECENT]:
        year = f" {session.started:%Y}" if session.started.year != today.year else ""
        when = f"{session.started:%A %d %B}{year}, {session.started:%H:%M}"
        time = f"{spoken_time(session.heard)}, " if span(session.heard) != span(history.total) else ""
        yield f"{when}: {time}{counted(len(session.episodes))}."


def say_history(days: Iterable[Day], library: Library) -> Iterator[str]:
    """Yield what was heard on each day, the latest first, numbered."""
    number = 0
    for day in days:
        yield f"{day.date:%A %d %B %Y}, {spoken_time(day.seconds)} in all:"
        for heard in reversed(day.heard):
            number += 1
            long = spoken_time(heard.seconds) if heard.seconds else heard.how_long
            yield f"{number}. {titled(*heard.named(library))} {heard.ended:%H:%M}, {long}."


def say_keys(actions: Sequence[Action], known: Collection[str]) -> Iterator[str]:
    """Yield a line for each action: the names of its keys, and what it does."""
    for action in actions:
        if action.id in known:
            keys = " or ".join(map(say_key, action.key_list)) or "In the palette"
            yield f"{keys}: {label_of(action)}."


def label_of(action: Action) -> str:
    """Return what an action does in the plain program."""
    return _LABELS.get(action.id, action.label)


_LABELS = {
    "episode.play": "Play or resume the episode",
    "focus.next": "Switch between topics and episodes",
    "focus.left": "Go to the topics; in the topics: go up a level",
    "focus.right": "Go to the episodes",
    "list.go_to_playing": "Say what is playing, and go to it",
    "search.clear": "Clear the search",
    "app.detach": "Say why this program cannot leave its terminal",
    "app.palette": "Run a command, open a topic or play an episode by its name, or go to a row by its number",
    "view.episode": "List the chapters, and play from one",
    "view.transcript": "Read the transcript of the episode; press again to read on",
}
"""Labels that differ from those of the screen."""


def say_key(key: str) -> str:
    """Return a key's name for a voice to read, not its symbol."""
    *held, name = key.split("+") if len(key) > 1 else [key]
    if len(name) == 1 and name.isupper():
        name = f"capital {name}"
    return " ".join(_SPELT.get(part, clean(part).replace("_", " ")) for part in (*held, name))


_SPELT = {"ctrl": "control", "pageup": "page up", "pagedown": "page down"}
