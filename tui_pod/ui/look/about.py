"""The text of the episode's pane: facts of an episode, topic or podcast, and what can be played or opened. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.show_notes import EpisodeNotes, PodcastFacts
from tui_pod.core.library.topics import TopicTable
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.progress.passages import Passage, list_passages
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import TopicStats
from tui_pod.core.text.clean import clock, counted, span
from tui_pod.ui.look.cells import split_title, wrap
from tui_pod.ui.look.parts import ACCENT, FAULT, HEAD, NOW, PLAIN, QUIET, TextLine

MAX_LINKS = 40
"""How many links and times of show notes are listed."""

NAME_WIDTH, TIME_WIDTH = 11, 10
"""Width of a fact's name and of the time before a chapter, in cells."""

_LINK = re.compile(r"https?://[^\s<>\"”’]{1,2000}")
_TIME = re.compile(r"(?<![\d:.])(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)(?![\d:])[\s)\]–—-]*([^\n]{0,200})")

Fact = tuple[str, str]
"""A name and a value; an empty value is not shown."""


class AboutChoice(NamedTuple):
    """Something that enter plays or opens."""

    text: str
    target: float | str
    """Seconds to play from, or the address to open."""
    is_now: bool = False
    """Whether it is the chapter that plays."""
    is_podcast: bool = False
    """Whether the address is that of a podcast, into which to look."""


class About(NamedTuple):
    """What the pane shows, from top to bottom."""

    title: str
    below: Sequence[str] = ()
    """Quiet lines below the title."""
    said: str = ""
    """The sentence being spoken."""
    text: str = ""
    facts: Sequence[Fact] = ()
    head: str = ""
    """Heading of the choices."""
    choices: Sequence[AboutChoice] = ()


def lay_out(about: About, width: int, cover: tuple[int, int] = (0, 0)) -> list[TextLine]:
    """Return the lines, at most `width` cells wide, with the numbers of the choices.

    What begins in the lines beside a cover leaves room for it, as columns and lines at the top right.
    """
    lines: list[TextLine] = []

    def add(text: str, look: str, lead: str | None = None, choice: int | None = None) -> None:
        room = width - len(lead or "") - (cover[0] if len(lines) < cover[1] else 0)
        for part in wrap(text, room):
            lines.append(TextLine([(part, look)] if lead is None else [(lead, QUIET), (part, look)], choice))
            lead = lead and " " * len(lead)

    add(about.title, HEAD)
    for below in filter(None, about.below):
        add(below, QUIET)
    if about.said:
        lines.append(TextLine())
        add(f"“{about.said.strip('“”')}”", ACCENT)
    if about.text:
        lines.append(TextLine())
        for part in about.text.split("\n"):
            add(part, PLAIN)
    facts = [fact for fact in about.facts if fact[1]]
    lines += [TextLine()] * bool(facts)
    for name, value in facts:
        add(value, FAULT if name == "Last error" else PLAIN, f"{name:<{NAME_WIDTH}}")
    if about.choices:
        lines += [TextLine(), TextLine([(about.head, HEAD)])]
    for number, choice in enumerate(about.choices):
        time = f"{clock(choice.target):>{TIME_WIDTH - 2}}  " if not isinstance(choice.target, str) else ""
        look = NOW if choice.is_now else ACCENT if isinstance(choice.target, str) else PLAIN
        add(choice.text, look, time, number)
    return lines


def about_episode(
    episode: Episode,
    notes: EpisodeNotes,
    progress: Progress | None,
    status: Status,
    left: float,
    shows_answer: bool,
    download_error: str = "",
    course: str = "",
    passages: Sequence[Passage] = (),
) -> About:
    """Return all facts of an episode, without choices.

    Its remaining time is in seconds, and `course` is its place in a course; `passages` of it were heard before. What it
    does not have is empty or None.
    """
    duration = (progress.duration if progress else None) or episode.duration
    is_remote = "://" in (episode.audio or "")
    if episode.audio is None:
        teaser = "none; title and teaser are spoken, which does not make it played"
        audio = "narrated from its transcript" if episode.transcript else teaser
    else:
        audio = episode.audio
    plays = f"played {counted(progress.plays, 'time')}" if progress and progress.plays else ""
    heard = (
        f"position {clock(progress.position)}, {span(left)} left" if progress and status is Status.STARTED else status
    )
    if plays:
        heard = plays if status is Status.PLAYED else f"{heard}, {plays}"
    answer = episode.answer if shows_answer else "think first, then press a" if episode.answer else ""
    facts = [
        ("Question", episode.question),
        ("Answer", answer if episode.question else ""),
        ("Author", episode.author),
        ("Read by", episode.narrator),
        ("Series", episode.series),
        ("Year", episode.year),
        ("Length", _length(episode, duration)),
        ("Progress", heard),
        ("Recurs", list_passages(passages)),
        ("Published", f"{episode.published:%-d %B %Y}" if episode.published else "unknown" if is_remote else ""),
        ("Podcast", notes.podcast),
        ("Course", course),
        ("Topics", ", ".join(episode.tags) or "none"),
        ("Audio", f"{audio} (downloaded)" if notes.is_downloaded else audio),
        ("Last error", download_error),
        *(("Source", source) for source in episode.sources.split("\n")),
        ("Id", episode.id),
    ]
    head, tail = split_title(episode.title)
    return About(head, (tail,), text=notes.text or episode.summary, facts=facts)


def _length(episode: Episode, duration: float | None) -> str:
    length = span(duration, is_exact=True) if duration else "unknown"
    return f"{length}, {len(episode.parts)} files" if len(episode.parts) > 1 else length


def about_topic(topics: TopicTable, topic: int, stats: TopicStats, podcast: PodcastFacts | None) -> About:
    """Return the facts of a topic; for a podcast also its address and the result of its last refresh."""
    facts = [
        ("Episodes", f"{len(topics.members[topic])}, {stats.played} played, {stats.started} started"),
        ("Length", f"{span(topics.seconds[topic])}, {span(stats.left)} left" if topics.seconds[topic] else "unknown"),
    ]
    choices: list[AboutChoice] = []
    if podcast is not None:
        facts += [
            ("Address", podcast.address),
            ("Refreshed", f"{podcast.refreshed:%-d %B %Y %H:%M}" if podcast.refreshed else "never"),
            ("Last error", podcast.error or ""),
        ]
        recommended = podcast.recommended
        links = [link for link in (podcast.page, *_links(podcast.summary)) if link and link not in recommended]
        choices += [AboutChoice(link, link) for link in list(dict.fromkeys(links))[:MAX_LINKS]]
        choices += [AboutChoice(title, address, is_podcast=True) for address, title in recommended.items()]
    text = (podcast.summary if podcast else "") or topics.summaries.get(topic, "")
    return About(topics.names[topic], text=text, facts=facts, head="Links", choices=choices)


def with_choices(about: About, notes: EpisodeNotes, chapters: Sequence[Chapter], here: int | None) -> About:
    """Add the chapters, or the times in the show notes, the links of the notes, and the sources that have a link.

    `here` is the number of the playing chapter.
    """
    marks = list[AboutChoice]()
    for number, mark in enumerate(chapters):
        marks.append(AboutChoice(mark.title or "Chapter", mark.start, number == here))
        marks += [AboutChoice(mark.link, mark.link)] * bool(mark.link)
        marks += [AboutChoice(f"Picture: {mark.picture}", mark.picture)] * bool(mark.picture)
    head = "Chapters"
    if not marks:
        head, marks = "Times", list(_times(notes.text))
    pages = [notes.page] if notes.page.startswith("http") else []
    said = {link: link for link in (*pages, *_links(notes.text))}
    facts = list[Fact]()
    for name, value in about.facts:
        if name == "Source" and (links := _links(value)):
            said[links[0]] = value
        else:
            facts.append((name, value))
    opened = [AboutChoice(text, link) for link, text in list(said.items())[:MAX_LINKS]]
    head = f"{head} and links" if marks and opened else head if marks else "Links"
    return about._replace(facts=facts, head=head, choices=[*marks, *opened])


def _links(text: str) -> list[str]:
    return [found.rstrip(".,;:!?)]") for found in _LINK.findall(text)]


def _times(text: str) -> Iterable[AboutChoice]:
    for found in list(_TIME.finditer(text))[:MAX_LINKS]:
        hours, minutes, seconds, said = found.groups()
        yield AboutChoice(said.strip() or "In the notes", int(hours or 0) * 3600.0 + int(minutes) * 60 + int(seconds))
