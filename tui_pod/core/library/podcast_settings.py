"""The settings of one podcast: every key with its type, default, range and meaning, in one table.

The table is the annotations of `PodcastSettings`: `tui-pod feeds set`, the dialog, the manual and the completions are
made from it. Every value has a text, which is what people type and the store saves. Knows no store and no screen.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import partial
from typing import Annotated, Any, NamedTuple, get_args

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean, clock, enumerated, fold, parse_span, short_span

COURSE = "course"
"""Name of the embedded catalogue among podcasts."""

MAX_TEXT = 2_000
"""Longest value, in characters."""

UNSET = ("", "default")
"""Texts that stand for the default."""

DAY = 86_400.0
"""Seconds."""

NEW_DAYS = 28
"""Days for which an episode is new."""


class SettingError(UserError):
    """An unknown setting or an invalid value; the message says what is allowed."""


class ValueKind(NamedTuple):
    """Which values a setting accepts, and how they are written."""

    allowed: str
    """The allowed values, in words."""
    parse: Callable[[str], Any]
    """Returns the value; raises ValueError."""
    show: Callable[[Any], str] = str
    choices: tuple[str, ...] = ()
    """Words that it accepts, which a shell can complete."""


class Setting(NamedTuple):
    """A setting; `ROWS` adds its name and default."""

    text: str
    """What it does, in one line."""
    kind: ValueKind
    usual: str
    """What applies if it is not set, such as the setting for all podcasts."""
    name: str = ""
    default: Any = None

    def parse(self, text: str) -> Any:
        """Return the value of a text. Raises SettingError if it is not valid."""
        if fold(text.strip()) in UNSET:
            return self.default
        try:
            if len(text) > MAX_TEXT:
                raise ValueError
            return self.kind.parse(text.strip())
        except ValueError:
            raise SettingError(f"{self.name}: “{clean(text, 40)}” must be {self.kind.allowed}") from None

    def show(self, value: Any) -> str:
        """Return the text of a value; empty for the default."""
        return "" if value == self.default else self.kind.show(value)


def number_kind(least: float, most: float) -> ValueKind:
    """Return the kind of numbers in a range."""
    return ValueKind(
        f"a number from {least:g} to {most:g}", partial(_in_range, float, least, most), lambda value: f"{value:g}"
    )


def count_kind(least: int, most: int, words: Mapping[str, int] | None = None) -> ValueKind:
    """Return the kind of whole numbers, some of which are written as words."""
    words = words or {}
    names = {number: word for word, number in words.items()}
    allowed = enumerated([*words, f"a whole number from {least} to {most:,}"], "or")

    def parse(text: str) -> int:
        word = fold(text)
        return words[word] if word in words else _in_range(int, least, most, text)

    return ValueKind(allowed, parse, lambda number: names.get(number) or str(number), tuple(words))


def choice_kind(*words: str) -> ValueKind:
    """Return the kind of values that are one of these words."""
    return ValueKind(enumerated(words, "or"), lambda text: words[words.index(fold(text))], str, words)


def _in_range(kind: Callable[[str], Any], least: float, most: float, text: str) -> Any:
    value: Any = kind(text)
    if not least <= value <= most:
        raise ValueError
    return value


def _parse_seconds(text: str) -> float:
    parts = [float(part) for part in text.split(":")]
    seconds: float = sum(part * 60.0**power for power, part in enumerate(reversed(parts)))
    if len(parts) > 3 or min(parts) < 0 or not seconds <= 3600:
        raise ValueError
    return seconds


def _parse_length(text: str) -> float:
    seconds = parse_span(text)
    if not 60 <= seconds <= 86_400:
        raise ValueError
    return seconds


def _parse_sleep(text: str) -> str:
    word = fold(text)
    return word if word in SLEEP_WORDS else short_span(_parse_length(text))


def _show_seconds(seconds: float) -> str:
    return clock(seconds) if seconds >= 60 and seconds == int(seconds) else f"{seconds:g}"


def _split(text: str, by: str) -> list[str]:
    """Return the parts of a text between commas or slashes, except those after a backslash."""
    return re.split(rf"(?<!\\){by}", text)


def _part(text: str, limit: int = MAX_TEXT) -> str:
    return clean(text.replace("\\,", ",").replace("\\/", "/"), limit)


def _escaped(text: str, special: str) -> str:
    return re.sub(f"[{special}]", r"\\\g<0>", text)


def _parse_words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_part(word, 100) for word in _split(text, ",") if word.strip()))


def _show_words(words: tuple[str, ...]) -> str:
    return ", ".join(_escaped(word, ",") for word in words)


def _parse_folders(text: str) -> tuple[tuple[str, ...], ...]:
    paths = (tuple(_part(name) for name in _split(path, "/") if name.strip()) for path in _split(text, ","))
    return tuple(dict.fromkeys(path for path in paths if path))


def _show_folders(folders: tuple[tuple[str, ...], ...]) -> str:
    return ", ".join("/".join(_escaped(name, ",/") for name in folder) for folder in folders)


TEXT = ValueKind("text", clean)
WORDS = ValueKind("words or phrases, separated by commas", _parse_words, _show_words)
FOLDERS = ValueKind("topics such as Science/Physics, separated by commas", _parse_folders, _show_folders)
SECONDS = ValueKind("seconds, or a time such as 1:30, up to an hour", _parse_seconds, _show_seconds)
SLEEP_WORDS = "chapter", "part", "episode", "off"
SLEEP = ValueKind("chapter, part, episode, off, or a length such as 20m", _parse_sleep)
LENGTH = ValueKind("a length from a minute to a day, such as 20m or 1h30m", _parse_length, short_span)
SWITCH = ValueKind(
    "yes or no",
    lambda text: ("no", "yes").index(fold(text)) == 1,
    lambda is_on: "yes" if is_on else "no",
    ("yes", "no"),
)

NEVER = 0
"""Value of `refresh` that stands for never."""

KEPT = -1
"""Value of `delete_played` that stands for never."""


@dataclass(frozen=True, slots=True)
class PodcastSettings:
    """A listener's settings for one podcast; where one is None, the setting for all podcasts applies."""

    name: Annotated[str, Setting("Its name", TEXT, "as published")] = ""
    folder: Annotated[tuple[tuple[str, ...], ...], Setting("Topics to list it under", FOLDERS, "none")] = ()
    speed: Annotated[float | None, Setting("Speed at which it plays", number_kind(0.5, 3.0), "as usual")] = None
    level: Annotated[
        bool | None, Setting("Whether it plays at the same loudness as the others", SWITCH, "audio.level")
    ] = None
    skip_silence: Annotated[bool | None, Setting("Whether its silence is shortened", SWITCH, "audio.skip_silence")] = (
        None
    )
    skip_start: Annotated[float, Setting("Seconds to skip at the start of an episode", SECONDS, "0")] = 0.0
    skip_end: Annotated[float, Setting("Seconds to skip at the end of an episode", SECONDS, "0")] = 0.0
    skip_chapters: Annotated[
        tuple[str, ...], Setting("Chapters to skip: those with one of these words in their title", WORDS, "none")
    ] = ()
    sleep: Annotated[str, Setting("Sleep timer that is set whenever you start to play it", SLEEP, "none")] = ""
    skip_recurring: Annotated[
        int,
        Setting(
            "How often you must have heard a passage elsewhere, such as a jingle, for it to be skipped by itself",
            count_kind(2, 100, {"never": 0}),
            "never",
        ),
    ] = 0
    order: Annotated[
        str,
        Setting(
            "Order of its list, and of what is downloaded ahead",
            choice_kind("newest", "oldest"),
            "newest first, serials oldest first",
        ),
    ] = ""
    kind: Annotated[
        str,
        Setting(
            "Whether a folder of recordings without subfolders is one book, or separate talks",
            choice_kind("book", "talks"),
            "as tags and file names suggest",
        ),
    ] = ""
    article: Annotated[
        str,
        Setting(
            "What is read of an item without a recording: its text in the feed, or the whole page that it links to",
            choice_kind("feed", "page"),
            "feed",
        ),
    ] = ""
    code: Annotated[bool, Setting("Whether the code in its texts is read aloud", SWITCH, "no")] = False
    refresh: Annotated[
        int | None,
        Setting(
            "Minutes between two refreshes; never: only when you refresh this podcast itself",
            count_kind(5, 43_200, {"never": NEVER}),
            "feeds.refresh_minutes",
        ),
    ] = None
    keep: Annotated[
        int | None, Setting("How many of its next episodes are kept downloaded", count_kind(0, 100), "feeds.keep_next")
    ] = None
    queue_new: Annotated[
        str,
        Setting(
            "Whether its new episodes join the queue by themselves: last, next, or only the newest of them, last",
            choice_kind("no", "last", "next", "newest"),
            "no",
        ),
    ] = ""
    include: Annotated[
        tuple[str, ...],
        Setting("Words, one of which an episode needs for New and automatic downloads", WORDS, "anything"),
    ] = ()
    exclude: Annotated[
        tuple[str, ...],
        Setting("Words that exclude an episode from New and automatic downloads", WORDS, "nothing"),
    ] = ()
    min_length: Annotated[float | None, Setting("Minimum length for New and automatic downloads", LENGTH, "any")] = None
    max_length: Annotated[float | None, Setting("Maximum length for New and automatic downloads", LENGTH, "any")] = None
    new_for: Annotated[
        int | None,
        Setting("Days for which an episode is new", count_kind(1, 3650), "28"),
    ] = None
    archive_after: Annotated[
        int,
        Setting(
            "Days after which an episode that is not begun, queued or downloaded is hidden",
            count_kind(1, 3650, {"never": 0}),
            "never",
        ),
    ] = 0
    after: Annotated[
        str,
        Setting(
            "What plays after the queue: its list, the podcast, a book's series, nothing (queue); stop: no queue",
            choice_kind("list", "podcast", "series", "queue", "stop"),
            "as usual",
        ),
    ] = ""
    delete_played: Annotated[
        int | None,
        Setting(
            "Days after which the download of a played episode is deleted",
            count_kind(1, 3650, {"now": 0, "never": KEPT}),
            "feeds.delete_played",
        ),
    ] = None
    transcribe: Annotated[
        str,
        Setting(
            "Which episodes without a transcript are transcribed on this machine automatically",
            choice_kind("never", "downloads", "all"),
            "never",
        ),
    ] = ""
    notify: Annotated[
        bool | None, Setting("Whether the desktop announces its new episodes", SWITCH, "desktop.notify")
    ] = None
    hidden: Annotated[bool, Setting("Whether it is hidden: not listed, refreshed or downloaded", SWITCH, "no")] = False

    def skips(self, chapter: str) -> bool:
        """Return whether a chapter has one of the words in its title."""
        return has_word(chapter, self.skip_chapters)


ROWS: dict[str, Setting] = {
    field.name: get_args(field.type)[1]._replace(name=field.name, default=field.default)
    for field in fields(PodcastSettings)
}  # fmt: skip
"""The table by name, in order."""

_OF_BOOKS = "kind", "speed", "level", "skip_silence", "skip_start", "skip_end", "skip_chapters", "sleep", "after"

BOOK_ROWS = {name: ROWS[name]._replace(usual=ROWS[name].usual if name == "kind" else "as usual") for name in _OF_BOOKS}
"""Settings that a book may have of its own; all others, and those it does not set, come from its folder."""


def find_row(name: str, rows: Mapping[str, Setting] | None = None) -> Setting:
    """Return a setting of `rows` (by default those of podcasts) by its name. Raises SettingError if there is none."""
    rows = ROWS if rows is None else rows
    if (row := rows.get(name)) is not None:
        return row
    close = get_close_matches(name, rows, 1)
    said = f"the closest is {close[0]}" if close else f"allowed: {', '.join(rows)}"
    raise SettingError(f"there is no setting “{clean(name, 40)}”; {said}")


def checked(texts: Mapping[str, str], rows: Mapping[str, Setting] | None = None) -> dict[str, str]:
    """Return settings as they are stored: each text in its usual form, empty for the default.

    Raises SettingError at the first that is wrong or not in `rows` (by default those of podcasts).
    """
    return {name: (row := find_row(name, rows)).show(row.parse(text)) for name, text in texts.items()}


def split_pairs(texts: Iterable[str]) -> dict[str, str]:
    """Return names and values of texts such as `speed=1.2`. Raises SettingError at the first of another form."""
    pairs = [text.partition("=") for text in texts]
    for name, equals, _ in pairs:
        if not equals:
            raise SettingError(f"“{clean(name, 40)}” is not of the form key=value")
    return {name.strip(): value for name, _, value in pairs}


def usable(texts: Mapping[Any, Any]) -> dict[str, str]:
    """Return those settings from another source that are valid, in their usual form."""
    found: dict[str, str] = {}
    for name in [each for each in ROWS if isinstance(texts.get(each), str)]:
        with suppress(SettingError):
            found[name] = ROWS[name].show(ROWS[name].parse(texts[name]))
    return found


def make_settings(texts: Mapping[str, str]) -> PodcastSettings:
    """Return the settings in stored texts, with defaults for missing and invalid ones."""
    return PodcastSettings(**{name: ROWS[name].parse(text) for name, text in usable(texts).items()})


def has_word(text: str, words: Sequence[str]) -> bool:
    """Return whether a text has one of these words or phrases; in scripts that use spaces, as whole words."""
    folded = fold(text)
    return any(re.search(_whole(word), folded) for word in map(fold, words))


def _whole(word: str) -> str:
    pattern = re.escape(word)
    return rf"(?<!\w){pattern}(?!\w)" if word.isascii() else pattern


def is_wanted(settings: PodcastSettings, title: str, summary: str, duration: float | None) -> bool:
    """Return whether an episode may count as new and be downloaded automatically, judged by its words and length.

    One whose length (seconds) is not known is judged by its words alone.
    """
    text = f"{title} {summary}"
    is_long_enough = not duration or (settings.min_length or 0.0) <= duration <= (settings.max_length or duration)
    has_words = (not settings.include or has_word(text, settings.include)) and not has_word(text, settings.exclude)
    return has_words and is_long_enough


def to_texts(settings: PodcastSettings) -> dict[str, str]:
    """Return the text of every setting; empty for a default."""
    return {name: row.show(getattr(settings, name)) for name, row in ROWS.items()}


def new_since(settings: PodcastSettings, now: float) -> float:
    """Return the time since which an episode must have been listed to be new, in seconds since 1970 as is `now`."""
    return now - DAY * (NEW_DAYS if settings.new_for is None else settings.new_for)


def archived_before(settings: PodcastSettings, now: float) -> float | None:
    """Return the time before which episodes are archived; None if none are."""
    return now - DAY * settings.archive_after if settings.archive_after else None
