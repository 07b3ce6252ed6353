"""Parse the text of a catalogue, and report every fault in it by line and key.

It works on text alone: it opens no file or address and checks no path.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from functools import cache, cached_property, partial
from typing import Any, NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import ROOT_TOPIC, Episode, Topic
from tui_pod.core.text.clean import SUMMARY_LIMIT, clean, clean_title, is_safe
from tui_pod.core.text.plain_toml import loads

VERSION = 1
"""The newest catalogue format that can be read."""

TITLE_FAULT = 100_000
"""Longest title, in characters; a longer one is a fault and is not cut."""

PHRASE_FAULT, MOST_PHRASES = 80, 20
"""Longest of an episode's phrases, in characters, and the most of them."""

DURATION_FAULT = 100 * 3600.0
"""Longest credible length, in seconds."""

MAX_DEPTH = 16
"""Maximum number of levels of topics; more do not fit a pane."""

MOST_FAULTS = 10_000
"""Maximum number of faults that are reported; a large file can have millions."""

_SUMMARY = partial(clean, limit=SUMMARY_LIMIT)
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]+:"  # compiled when first used: the embedded catalogue has no address


class Catalog(NamedTuple):
    """The content of one catalogue, newest episode first."""

    title: str
    topics: tuple[Topic, ...]
    episodes: tuple[Episode, ...]


class Fault(NamedTuple):
    """One thing wrong in a catalogue; `line` counts from 1."""

    line: int
    message: str


class CatalogError(UserError):
    """A catalogue that cannot be used, with every fault found in it, in the order of their lines."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.line}: {fault.message}" for fault in faults))
        self.faults = faults


Locate = Callable[[str, str | None, str | None], tuple[str | None, str | None]]
"""Returns where the audio and the transcript are of the episode with an id, by what its catalogue says."""


def parse_catalog(text: str, locate: Locate = lambda _, *locations: locations) -> Catalog:
    """Return the catalogue in `text`.

    Args:
        locate: tells where files are.

    Raises:
        CatalogError: with every fault: bad TOML, a wrong type, a missing or duplicate id, a negative
            length, an unknown parent, a circle of topics, a newer version.
    """
    try:
        data = loads(text)
    except RecursionError:
        raise CatalogError([Fault(1, "nested too deeply to be read")]) from None
    except ValueError as error:  # also numbers of more digits than Python turns into an int
        from tui_pod.core.library.toml_lines import error_line  # its patterns are for faults only

        line, message = error_line(error, text)
        raise CatalogError([Fault(line, f"not valid TOML: {message}")]) from None
    return _CatalogReader(data, text, locate).read()


class _CatalogReader:
    """Converts one parsed catalogue and collects its faults."""

    def __init__(self, data: dict[str, Any], text: str, locate: Locate) -> None:
        self._data = data
        self._content = text
        self._locate = locate
        self._faults: list[Fault] = []
        self._table = ""  # the one being read, such as `topics.3.`
        self._topic_ordinals: dict[str, int] = {}
        self._clean_tag = cache(clean)  # a few tags are on all episodes

    @cached_property
    def _find_line(self) -> Callable[[str], int]:
        from tui_pod.core.library.toml_lines import line_finder  # its patterns are for faults only

        return line_finder(self._content)

    def read(self) -> Catalog:
        self._check_version()
        title = self._text(self._data, "title", clean_title) or ""
        topics = tuple(self._topics())
        self._check_tree(topics)
        episodes = tuple(self._episodes())
        self._check_paths(topics, episodes)
        if self._faults:
            raise CatalogError(sorted(self._faults, key=lambda fault: fault.line))
        return Catalog(title, topics, episodes)

    def _fault(self, message: str, key: str = "") -> None:
        self._add_fault(f"{self._table}{key}", message)

    def _topic_fault(self, topic: Topic, message: str, key: str) -> None:
        self._add_fault(f"topics.{self._topic_ordinals[topic.name]}.{key}", message)

    def _add_fault(self, path: str, message: str) -> None:
        if len(self._faults) == MOST_FAULTS:
            told = sorted(self._faults, key=lambda fault: fault.line)
            raise CatalogError([*told, Fault(told[-1].line, "there are more faults than these")])
        self._faults.append(Fault(self._find_line(path), message))

    def _check_version(self) -> None:
        version = self._data.get("version")
        if version is None:
            self._fault(f"version is missing: begin the file with `version = {VERSION}`")
        elif not isinstance(version, int) or isinstance(version, bool) or version < 1:
            self._fault(f"version must be a whole number, such as {VERSION}", key="version")
        elif version > VERSION:
            self._fault(f"version is newer than this tui-pod reads ({VERSION}): update it", key="version")

    def _tables(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        tables = self._data.get(name, [])
        if not isinstance(tables, list):
            self._fault(f"{name} must be written as [[{name}]] tables", key=name)
            return
        for index, table in enumerate(tables):
            if isinstance(table, dict):
                self._table = f"{name}.{index}."
                yield index, table
                table.clear()  # of a large catalogue, half of the memory
                self._table = ""
            else:
                self._fault(f"{name} must hold tables, not {_kind(table)}", key=name)

    def _topics(self) -> Iterator[Topic]:
        for index, table in self._tables("topics"):
            name = self._text(table, "name", clean)
            parent = self._text(table, "parent", clean)
            if not name:
                if name == "" or "name" not in table:
                    self._fault("a topic needs a name", "name")
            elif name == ROOT_TOPIC:
                self._fault(f"“{ROOT_TOPIC}” is the root of the tree and needs no entry", "name")
            elif name in self._topic_ordinals:
                self._fault(f"topic “{_short(name)}” appears twice", "name")
            else:
                self._topic_ordinals[name] = index
                summary = self._text(table, "summary")
                parent = parent if parent and parent != ROOT_TOPIC else None
                yield Topic(name, parent, summary or "", self._path(table))

    def _path(self, table: dict[str, Any]) -> tuple[str, ...]:
        """Return the ids of a topic's own order; `_check_paths` checks that they exist."""
        value = table.get("episodes", [])
        if not isinstance(value, list) or not all(isinstance(ident, str) for ident in value):
            self._fault("episodes must be a list of ids", "episodes")
            return ()
        for ident, count in Counter(value).items():
            if count > 1:
                self._fault(f"episode “{_short(ident)}” is listed {count} times", "episodes")
        return tuple(value)

    def _check_paths(self, topics: tuple[Topic, ...], episodes: tuple[Episode, ...]) -> None:
        known = {episode.id for episode in episodes} if any(topic.episodes for topic in topics) else set()
        for topic in topics:
            for ident in topic.episodes:
                if ident not in known:
                    self._topic_fault(topic, f"there is no episode “{_short(ident)}”", "episodes")

    def _check_tree(self, topics: tuple[Topic, ...]) -> None:
        def fault(topic: Topic, wrong: str) -> None:
            self._topic_fault(topic, f"topic “{_short(topic.name)}” {wrong}", "parent")

        by_name: dict[str | None, Topic] = {topic.name: topic for topic in topics}
        below: defaultdict[str | None, list[Topic]] = defaultdict(list)
        for topic in topics:
            if topic.parent is not None and topic.parent not in by_name:
                fault(topic, f"has an unknown parent “{_short(topic.parent)}”")
            below[topic.parent if topic.parent in by_name else None].append(topic)
        level, depth, endless = below[None], 1, set(by_name)
        while level:
            for topic in level if depth == MAX_DEPTH + 1 else ():
                fault(topic, f"lies deeper than {MAX_DEPTH} levels")
            endless.difference_update(topic.name for topic in level)
            level, depth = [child for topic in level for child in below[topic.name]], depth + 1
        tips = [topic for topic in topics if topic.name in endless and not below[topic.name]]
        for topic in tips:  # topics below a circle are not part of it
            endless.discard(topic.name)
            below[topic.parent].pop()
            if not below[topic.parent]:
                tips.append(by_name[topic.parent])
        for topic in topics:
            if topic.name in endless:
                fault(topic, "is its own ancestor")

    def _episodes(self) -> Iterator[Episode]:
        first: dict[str, int] = {}
        for index, table in self._tables("episodes"):
            ident = self._id(table)
            if ident is not None and ident in first:
                line = self._find_line(f"episodes.{first[ident]}.id")
                self._fault(f"id “{_short(ident)}” is already used in line {line}", "id")
            elif ident is not None:
                first[ident] = index
            yield self._episode(ident or "?", table)

    def _id(self, table: dict[str, Any]) -> str | None:
        value = table.get("id")
        if value is None:
            self._fault("an episode needs an id, which stays the same for ever")
        elif not isinstance(value, str):
            self._fault(f"id must be text in quotes, not {_kind(value)}", "id")
        elif not value.strip() or len(value) > 200 or not is_safe(value):
            message = "id must be 1 to 200 characters, not only blanks and none of them a control character"
            self._fault(message, "id")
        else:
            return value
        return None

    def _episode(self, ident: str, table: dict[str, Any]) -> Episode:
        title = self._text(table, "title", clean_title)
        if title is None and "title" not in table:
            self._fault(f"episode “{_short(ident)}” needs a title")
        audio, transcript = self._locate(ident, self._location(table, "audio"), self._location(table, "transcript"))
        return Episode(
            id=ident,
            title=title or "",
            summary=self._text(table, "summary") or "",
            duration=self._duration(table),
            published=self._published(table),
            tags=self._tags(table),
            audio=audio,
            transcript=transcript,
            question=self._text(table, "question") or "",
            answer=self._text(table, "answer") or "",
            sources="\n".join(map(clean, self._texts(table, "sources"))),
            phrases="\n".join(self._phrases(table)),
            rewording=self._text(table, "rewording") or "",
        )

    def _text(self, table: dict[str, Any], key: str, tidy: Callable[[str], str] = _SUMMARY) -> str | None:
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self._fault(f"{key} must be text in quotes, not {_kind(value)}", key)
            return None
        if len(value) > TITLE_FAULT and key != "summary":
            self._fault(f"{key} has {len(value):,} characters; {TITLE_FAULT:,} is the most", key)
            return None
        return tidy(value)

    def _duration(self, table: dict[str, Any]) -> float | None:
        value = table.get("duration")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._fault(f"duration must be a number of seconds, not {_kind(value)}", "duration")
        elif isinstance(value, float) and not math.isfinite(value):
            self._fault("duration must be a number of seconds", "duration")
        elif value < 0:
            self._fault("duration must not be negative", "duration")
        elif value > DURATION_FAULT:
            self._fault(f"duration is over {DURATION_FAULT / 3600:.0f} hours", "duration")
        else:
            return float(value) or None
        return None

    def _published(self, table: dict[str, Any]) -> date | None:
        value = table.get("published")
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        self._fault(f"published must be a date such as 2026-02-21, not {_kind(value)}", "published")
        return None

    def _tags(self, table: dict[str, Any]) -> tuple[str, ...]:
        tags = dict.fromkeys(map(self._clean_tag, self._texts(table, "tags")))
        return tuple(tag for tag in tags if tag and tag != ROOT_TOPIC)

    def _texts(self, table: dict[str, Any], key: str) -> list[str]:
        value = table.get(key, [])
        if not isinstance(value, list) or not {*map(type, value)} <= {str}:
            self._fault(f"{key} must be a list of texts", key)
            return []
        return value

    def _phrases(self, table: dict[str, Any]) -> list[str]:
        phrases = self._texts(table, "phrases")  # only searched, never shown: cleaning them would delay the first start
        if not all(map(str.strip, phrases)) or max(map(len, phrases), default=0) > PHRASE_FAULT:
            self._fault(f"each of the phrases must have 1 to {PHRASE_FAULT} characters", "phrases")
        elif len(phrases) > MOST_PHRASES:
            self._fault(f"phrases has {len(phrases)} entries; {MOST_PHRASES} is the most", "phrases")
        return phrases

    def _location(self, table: dict[str, Any], key: str) -> str | None:
        """Return an http(s) address or a path; any other scheme is a fault."""
        value = table.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self._fault(f"{key} must be an address or a path in quotes, not {_kind(value)}", key)
        elif len(value) > 4_000 or not is_safe(value):
            self._fault(f"{key} is no usable address or path", key)
        elif re.match(_SCHEME, value) and not value.lower().startswith(("http://", "https://")):
            self._fault(f"{key} must be an http(s) address or a path", key)
        else:
            return value
        return None


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "a table"}
    return names.get(type(value), "a time" if isinstance(value, time) else "a date")


def _short(text: str) -> str:
    return clean(text, 60)
