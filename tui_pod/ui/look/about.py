"""The text of the episode's pane: facts of an episode, topic or podcast, and what can be played or opened. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.recap import NO_CAPITALS, Met, Story
from tui_pod.core.library.show_notes import EpisodeNotes, PodcastFacts
from tui_pod.core.library.topics import TopicTable
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.player.version import stated_otherwise
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.passages import Passage, list_passages
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import TopicStats
from tui_pod.core.text.clean import clock, counted, span
from tui_pod.ui.look.cells import split_title, wrap
from tui_pod.ui.look.parts import ACCENT, FAULT, HEAD, NOW, PLAIN, QUIET, Part, TextLine

MAX_LINKS = 40
"""How many links and times of show notes are listed."""

NAME_WIDTH, TIME_WIDTH = 11, 10
"""Width of a fact's name and of the time before a chapter, in cells."""

_LINK = re.compile(r"https?://[^\s<>\"”’]{1,2000}")
_TIME = re.compile(r"(?<![\d:.])(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)(?![\d:])[\s)\]–—-]*([^\n]{0,200})")

_ENDS = re.compile(r"[\n.,;:(–—•][ \n]?")

MOST_WORDS = 60
"""Longest text of a link, in characters."""

ASIDE, ROOM_FOR_ASIDE = 32, 64
"""Width of the column of facts, with the gap before it, and the width from which on there is one (cells)."""

ROOM_FOR_COVER = 56
"""From this width on, more than a title fits beside a cover (cells)."""

FIRST_FACTS = ("Question", "Answer", "Last error", "What helps")
"""Facts that are said before all others, below the title."""

LAST_FACTS = ("Audio", "Address", "Source", "Id")
"""Facts that few want, at the very end."""

ITEM = "• "
"""What an item of a list begins with."""

CHAPTERS = "Chapters"
"""The heading of chapters, and the group of their links and pictures."""

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
    group: str = ""
    """What it stands under, if not under the heading of all times, or of links."""
    met: Met | None = None
    """The name whose first sentence it plays."""

    @property
    def is_of_time(self) -> bool:
        """Whether it is a time or belongs to one, and so stands above the text."""
        return self.group == CHAPTERS or not isinstance(self.target, str)


class About(NamedTuple):
    """What the pane shows, from top to bottom."""

    title: str
    below: Sequence[str] = ()
    """Quiet lines below the title."""
    said: str = ""
    """The sentence being spoken."""
    text: str = ""
    facts: Sequence[Fact] = ()
    head: str = CHAPTERS
    """Heading of the choices that play."""
    choices: Sequence[AboutChoice] = ()
    """Those that play come first."""
    is_read: bool = True
    """Whether all of it is known; otherwise it says that it is being read."""

    def heading(self, choice: AboutChoice) -> str:
        """Return the heading that a choice stands under."""
        return choice.group or ("Links" if isinstance(choice.target, str) else self.head)


def lay_out(about: About, width: int, cover: tuple[int, int] = (0, 0)) -> list[TextLine]:
    """Return the lines, at most `width` cells wide, with the numbers of the choices.

    Lines beside a cover leave room for it, as columns and lines at the top right. With enough room, there is a column
    of facts below it, and only the lines beside them are shorter.
    """
    lines: list[TextLine] = []
    facts = [fact for fact in about.facts if fact[1]]
    others = (*FIRST_FACTS, *LAST_FACTS)
    has_column = width >= ROOM_FOR_ASIDE
    column = [parts for name, value in facts if has_column and name not in others for parts in _aside(name, value)]
    top = cover[1] + bool(cover[1])
    beside, end = (ASIDE, top + len(column) + bool(column)) if has_column else cover

    def add(text: str, look: str, lead: str | None = None, choice: int | None = None) -> None:
        rest, room = " ".join(text.split()), width - len(lead or "")
        while True:
            short = max(0, end - len(lines))
            for part in wrap(rest, room - beside if short else room)[: short or None]:
                lines.append(TextLine([(part, look)] if lead is None else [(lead, QUIET), (part, look)], choice))
                lead = lead and " " * len(lead)
                rest = rest.removeprefix(part).lstrip()
            if not rest:
                return

    add(about.title, HEAD)
    for below in filter(None, about.below):
        add(below, QUIET)
    if about.said:
        lines.append(TextLine())
        add(f"“{about.said.strip('“”')}”", ACCENT)
    if width < ROOM_FOR_COVER:
        lines += [TextLine()] * (cover[1] - len(lines))

    def add_facts(names: Sequence[str], *, is_among: bool = True) -> None:
        found = [fact for fact in facts if (fact[0] in names) is is_among]
        lines.extend([TextLine()] * bool(found))
        for name, value in found:
            add(value, FAULT if name == "Last error" else PLAIN, f"{name:<{NAME_WIDTH}}")

    def add_choices(*, are_links: bool) -> None:
        group = ""
        for number, choice in enumerate(about.choices):
            is_link = isinstance(choice.target, str)
            if choice.is_of_time is are_links:
                continue
            former, group = group, about.heading(choice)
            if group != former:
                lines.extend((TextLine(), TextLine([(group, HEAD)])))
            lead = " " * TIME_WIDTH * (not are_links)
            if not isinstance(choice.target, str):
                lead = f"{clock(choice.target):>{TIME_WIDTH - 2}}  "
            add(choice.text, NOW if choice.is_now else ACCENT if is_link else PLAIN, lead, number)

    add_facts(FIRST_FACTS)
    add_choices(are_links=False)
    if about.text:
        lines.append(TextLine())
        for part in about.text.split("\n"):
            add(part.removeprefix(ITEM), PLAIN, ITEM if part.startswith(ITEM) else None)
    if not about.is_read:
        lines += [TextLine(), TextLine([("reading …", QUIET)])]
    add_choices(are_links=True)
    if not has_column:
        add_facts(others, is_among=False)
    add_facts(LAST_FACTS)
    lines += [TextLine()] * (top + len(column) - len(lines))
    for row, parts in enumerate(column, top):
        lines[row] = lines[row]._replace(aside=parts)
    return lines


def _aside(name: str, value: str) -> Iterable[Sequence[Part]]:
    """Yield the lines of a fact in the column beside the text."""
    for number, part in enumerate(wrap(value, ASIDE - 2 - NAME_WIDTH)):
        yield [("  ", PLAIN), (f"{'' if number else name:<{NAME_WIDTH}}", QUIET), (part, PLAIN)]


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
    elsewhere: str = "",
) -> About:
    """Return all facts of an episode, without choices.

    Its remaining time is in seconds, and `course` is its place in a course; `passages` of it were heard before, and
    `elsewhere` is what another machine had. What it does not have is empty or None.
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
    said = notes.podcast, episode.title  # which a podcast and a single text are listed under
    answer = episode.answer if shows_answer else "think first, then press a" if episode.answer else ""
    facts = [
        ("Question", episode.question),
        ("Answer", answer if episode.question else ""),
        ("Author", episode.author),
        ("Read by", episode.narrator),
        ("Series", episode.series),
        ("Year", episode.year),
        ("Length", "; ".join(filter(None, (_length(episode, duration), stated_otherwise(episode, progress))))),
        ("Files", notes.health),
        ("Progress", heard),
        ("Elsewhere", elsewhere),
        ("Recurs", list_passages(passages)),
        ("Published", f"{episode.published:%-d %B %Y}" if episode.published else "unknown" if is_remote else ""),
        ("Podcast", notes.podcast),
        ("Course", course),
        ("Topics", ", ".join(tag for tag in episode.tags if tag not in said) or "none" * (not notes.podcast)),
        ("Audio", f"{audio} (downloaded)" if notes.is_downloaded else audio),
        ("Replaced", f"its podcast gave it another recording on {notes.replaced:%-d %B %Y}" if notes.replaced else ""),
        ("Also at", ", ".join(notes.copies)),
        ("Last error", download_error),
        *(("Source", source) for source in episode.sources.split("\n")),
        ("Id", episode.id),
    ]
    head, tail = split_title(episode.title)
    text = notes.text or episode.summary
    return About(head, (tail,), text=text if text != episode.author else "", facts=facts)


def _length(episode: Episode, duration: float | None) -> str:
    length = span(duration, is_exact=True) if duration else "unknown"
    return f"{length}, {len(episode.parts)} files" if len(episode.parts) > 1 else length


def about_topic(topics: TopicTable, topic: int, stats: TopicStats, podcast: PodcastFacts | None) -> About:
    """Return the facts of a topic; for a podcast also its address and the result of its last refresh."""
    total, left = span(topics.seconds[topic]), span(stats.left)
    counts = [f"{number} {name}" for name, number in (("played", stats.played), ("started", stats.started)) if number]
    length = total if left == total else f"{total}, {left} left"
    facts = [
        ("Episodes", ", ".join((str(len(topics.members[topic])), *counts))),
        ("Length", length if topics.seconds[topic] else "unknown"),
    ]
    choices: list[AboutChoice] = []
    if podcast is not None:
        facts += [
            ("Address", podcast.address),
            ("Refreshed", f"{podcast.refreshed:%-d %b %Y %H:%M}" if podcast.refreshed else "never"),
            ("Last error", podcast.error or ""),
        ]
        recommended = podcast.recommended
        said = {podcast.page: "Its page"} if podcast.page and podcast.page not in recommended else {}
        text, found = _named_links(podcast.summary, said)
        choices += [choice for choice in found if choice.target not in recommended]
        choices += [AboutChoice(title, address, is_podcast=True) for address, title in recommended.items()]
    else:
        text = ""
    return About(topics.names[topic], text=text or topics.summaries.get(topic, ""), facts=facts, choices=choices)


def with_choices(
    about: About,
    notes: EpisodeNotes,
    chapters: Sequence[Chapter],
    here: int | None,
    bookmarks: Sequence[Bookmark] = (),
) -> About:
    """Add the chapters, or the times in the notes, the bookmarks, the links of the notes, and of sources.

    `here` is the number of the playing chapter. In the text a number in brackets is in the place of an address.
    """
    marks = list[AboutChoice]()
    for number, mark in enumerate(chapters):
        marks.append(AboutChoice(mark.title or "Chapter", mark.start, number == here))
        kinds = (("Link", mark.link), ("Picture", mark.picture))
        marks += [AboutChoice(f"{kind} · {_host(to)}", to, group=CHAPTERS) for kind, to in kinds if to]
    head = CHAPTERS
    if not marks:
        head, marks = "Times", list(_times(notes.text))
    said = {notes.page: "The episode's page"} if notes.page.startswith("http") else {}
    sources = dict[str, str]()
    facts = list[Fact]()
    for name, value in about.facts:
        if name == "Source" and (links := _links(value)):
            sources[links[0]] = value.replace(links[0], "").strip(" ,;:–—()")
        else:
            facts.append((name, value))
    marks += [AboutChoice(each.note or each.text or "Bookmark", each.start, group="Bookmarks") for each in bookmarks]
    text, opened = _named_links(about.text, said, sources)
    return about._replace(text=text, facts=facts, head=head, choices=[*marks, *opened])


def with_story(about: About, story: Story, is_away: bool) -> About:
    """Add the story so far: first after days away, otherwise after chapters and bookmarks; or why it is not told."""
    if story.fault == NO_CAPITALS:
        return about._replace(facts=(*about.facts, ("So far", story.fault)))
    head = "The story so far"
    told = [AboutChoice(f"{met.name}: {met.sentence}", met.start, group=head, met=met) for met in story.met]
    links = [choice for choice in about.choices if not choice.is_of_time]
    times = [choice for choice in about.choices if choice.is_of_time]
    return about._replace(choices=[*told, *times, *links] if is_away else [*times, *told, *links])


def _named_links(
    text: str, said: dict[str, str], sources: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, list[AboutChoice]]:
    """Return a text with the number of each link in the place of its address, and the links by their words and hosts.

    `said` and `sources` are links with their words that are listed before and after those of the text.
    """
    found = {**said}
    for link in _links(text):
        before = text[: text.index(link)].rstrip(" (")[-MOST_WORDS:]
        words = _ENDS.split(before)[-1].strip() if f"({link}" in text else ""
        found.setdefault(link, words)
    found |= {link: words for link, words in sources.items() if not found.get(link)}
    links = list(found.items())[:MAX_LINKS]
    numbers = {link: number for number, (link, _) in enumerate(links, 1)}
    choices = [AboutChoice(_link_text(number, words, link), link) for number, (link, words) in enumerate(links, 1)]
    for link in sorted(numbers, key=len, reverse=True):  # one may be the beginning of another
        text = text.replace(f"({link})", f"[{numbers[link]}]").replace(link, f"{_host(link)} [{numbers[link]}]")
    return text, choices


def _link_text(number: int, words: str, link: str) -> str:
    return f"[{number}] {f'{words} · {_host(link)}' if words else link.partition('//')[2]}"


def _host(link: str) -> str:
    return link.partition("//")[2].partition("/")[0].removeprefix("www.")


def _links(text: str) -> list[str]:
    return [found.rstrip(".,;:!?)]") for found in _LINK.findall(text)]


def _times(text: str) -> Iterable[AboutChoice]:
    for found in list(_TIME.finditer(text))[:MAX_LINKS]:
        hours, minutes, seconds, said = found.groups()
        yield AboutChoice(said.strip() or "In the notes", int(hours or 0) * 3600.0 + int(minutes) * 60 + int(seconds))
