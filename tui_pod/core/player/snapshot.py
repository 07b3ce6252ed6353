"""What is playing, as one value, with its chapters and parts. Times within an episode are seconds."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum, StrEnum
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.parts import Part, part_at
from tui_pod.core.text.clean import clock

if TYPE_CHECKING:
    from tui_pod.core.player.remote_audio import RemoteAudio
    from tui_pod.core.progress.passages import Passage


class PlayerStatus(StrEnum):
    """What the player does."""

    STOPPED = "stopped"
    LOADING = "loading"
    PLAYING = "playing"
    PAUSED = "paused"


class Chapter(NamedTuple):
    """A point to jump to: the start of a chapter or of a sentence."""

    start: float
    title: str = ""
    link: str = ""
    """Address of a page about it; empty if there is none."""
    picture: str = ""
    """Address of its picture; empty if there is none."""


def pack_chapters(chapters: Iterable[Chapter]) -> str:
    """Return chapters as one text: a line for each, with its start in seconds and its title."""
    return "\n".join(f"{chapter.start:.3f} {chapter.title}" for chapter in chapters)


def chapters_of(packed: str) -> Iterator[Chapter]:
    """Yield the chapters in a packed text."""
    for line in packed.splitlines():
        start, _, title = line.partition(" ")
        yield Chapter(float(start), title)


JUMP = 2.5
"""A change of position above this (seconds) is a jump; plain playing moves less between two updates."""

MAX_CHAPTERS = 1_000
"""Maximum number of chapters of one episode, whatever their source."""


class ChapterOrigin(IntEnum):
    """Where chapters come from; the higher one wins."""

    NOTES = 0
    """Time codes in show notes."""
    FILE = 1
    """The recording itself."""
    FEED = 2
    """The feed, or the narrator."""


class Source(NamedTuple):
    """Audio that is ready for the player."""

    location: str
    """An absolute path, or the address of a stream, for the log."""
    is_narrated: bool = False
    is_teaser: bool = False
    """Whether it only speaks the title and the summary of an episode: see `Playback.is_teaser`."""
    is_stream: bool = False
    duration: float | None = None
    """Seconds, if known exactly, as for a narration."""
    marks: tuple[Chapter, ...] = ()
    notice: str = ""
    """A notice to show, for example that a text was too long to be read whole."""
    remote: "RemoteAudio | None" = None
    """Source of a stream's bytes; None for a file."""
    chime: str | None = None
    """Path of a sound to play first if the episode before has just ended and was narrated too; None if none does."""
    name: str | None = None
    """Path of the episode's spoken name, to play first if it begins at its start; None if there is none."""
    is_constant_rate: bool | None = None
    """Whether an mp3 has a constant bit rate, so that positions follow from its size; None if no mp3 or not known."""
    has_length: bool = False
    """Whether an mp3 of variable rate states its length, so that positions can be estimated from its size."""
    tag: int = 0
    """Bytes before the sound of an mp3, for its tag, which may have large pictures."""
    is_estimated: bool = False
    """Whether positions must be estimated because the audio before them is not fetched."""
    part: Part | None = None
    """The part of a planned text that it speaks; None for anything else."""
    planned: float | None = None
    """Length of that text in seconds."""
    has_chapters: bool = False
    """Whether the marks of a narration are chapters, not its sentences."""

    @property
    def can_seek(self) -> bool:
        """Whether the player may seek. In a stream without ranges it would wait for the end, unless it is an mp3."""
        return self.remote is None or self.remote.progress().is_seekable or self.is_constant_rate is not None


class FetchStatus(NamedTuple):
    """How much is fetched of what is needed before the listener's position, or anything, can play."""

    share: float | None
    """Fetched share, 0 to 1; None while not known."""
    left: float | None = None
    """Estimated seconds for the rest; None while not known."""
    what: str = "fetching up to your position"

    def __str__(self) -> str:
        text = self.what
        if self.share is not None:
            text += f" {self.share:.0%}".replace("%", " %")
        return text if self.left is None else f"{text}, about {clock(self.left)}"


class NextAttempt(NamedTuple):
    """A stream that failed will be requested again."""

    reason: str
    """What failed, in a few words."""
    left: int
    """Seconds until then."""
    is_paused: bool = False
    """Whether the episode will be paused once it has loaded."""

    def __str__(self) -> str:
        text = f"{self.reason}, trying again in {self.left} s"
        return f"{text}; paused" if self.is_paused else text


class RepeatKind(IntEnum):
    """What is repeated, from small to large; the last is between two times that the listener typed."""

    SENTENCE = 0
    CHAPTER = 1
    EPISODE = 2
    STRETCH = 3


class Repetition(NamedTuple):
    """What is played again and again."""

    kind: RepeatKind
    start: float
    end: float
    """Infinite for the end of the episode."""
    number: int = 1
    """Which time it plays."""
    is_waiting: bool = False
    """Whether there is silence to say it aloud before it plays again."""


def chapter_at(chapters: "Sequence[Chapter]", position: float) -> int:
    """Return which of these chapters a position in seconds is in, from 1; 0 if none."""
    return bisect_right(chapters, position + 0.05, key=lambda mark: mark.start)


class Playback(NamedTuple):
    """What is playing; a new value replaces it at every change."""

    status: PlayerStatus = PlayerStatus.STOPPED
    episode: str | None = None
    title: str = ""
    position: float = 0.0
    duration: float | None = None
    speed: float = 1.0
    volume: int = 80
    """Percent, 0 to 200."""
    is_muted: bool = False
    is_narrated: bool = False
    is_teaser: bool = False
    """Whether only title and summary are spoken; that is not the episode, and makes no progress in it."""
    has_chapters: bool = False
    """Whether the marks of a narration are chapters."""
    is_buffering: bool = False
    is_estimated: bool = False
    """Whether the position is an estimate because too little of the recording is fetched."""
    fetching: FetchStatus | None = None
    """How much is fetched of what the listener's position needs, while playback waits for it."""
    narrated_share: float | None = None
    """How much of the narration is spoken, 0 to 1, if the episode has waited for it for some time."""
    attempt: NextAttempt | None = None
    """The next attempt at a stream that failed, while it is awaited."""
    marks: tuple[Chapter, ...] = ()
    passages: "tuple[Passage, ...]" = ()
    """What was heard before in other episodes; empty while that is not known."""
    repeat: Repetition | None = None
    """What is repeated; None if nothing is."""
    load: int = 0
    announcement: PlayerStatus | None = None
    """What the chime or the spoken name does that is heard before the episode: plays, or is paused; None without."""
    problem: str | None = None
    """Why a held episode stopped; None if the listener stopped it, or it was restored."""

    @property
    def shown_status(self) -> PlayerStatus:
        """What the listener is told that the player does: it plays as soon as anything is heard."""
        return self.announcement or self.status

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """The chapters; the marks of a narration without any are its sentences."""
        return () if self.is_narrated and not self.has_chapters else self.marks

    @property
    def chapter(self) -> str:
        """The title of the chapter that plays; empty if there is none."""
        number = self.chapter_number
        return self.chapters[number - 1].title if number else ""

    @property
    def chapter_number(self) -> int:
        """Number of the chapter that plays, from 1; 0 if there is none."""
        return chapter_at(self.chapters, self.position)

    @property
    def left_in_chapter(self) -> float:
        """Seconds until the next chapter, or the end, begins; 0 if the length is not known."""
        following = self.chapters[self.chapter_number : self.chapter_number + 1]
        end = following[0].start if following else self.duration or 0.0
        return max(0.0, round(end) - int(self.position))

    def next_mark(self) -> float | None:
        """Return where the next chapter or sentence starts, in seconds; None in the last one."""
        length = self.duration or inf
        return next((m.start for m in self.marks if self.position + 0.05 < m.start < length), None)

    def previous_mark(self) -> float:
        """Return the start of this chapter or sentence in seconds, or of the one before if it has just begun."""
        length, here = self.duration or inf, self.position - 1.5
        return next((m.start for m in reversed(self.marks) if 0 <= m.start < min(length, here)), 0.0)

    @property
    def is_loaded(self) -> bool:
        """Whether there is an episode that seeking, pausing and bookmarking act on, held ones included."""
        return self.episode is not None

    @property
    def is_held(self) -> bool:
        """Whether the episode was restored or stopped: it has its position, but the player does not have it."""
        return self.is_loaded and self.status is PlayerStatus.STOPPED

    @property
    def is_active(self) -> bool:
        """Whether the player has the episode, or is about to."""
        return self.status is not PlayerStatus.STOPPED

    @property
    def is_going(self) -> bool:
        """Whether it plays, or will as soon as it is loaded."""
        return self.shown_status in (PlayerStatus.PLAYING, PlayerStatus.LOADING)

    def looks_like(self, other: "Playback") -> bool:
        """Return whether both look the same: at most the fraction of a second differs, within one chapter."""
        if int(self.position) != int(other.position) or self.chapter != other.chapter:
            return False
        return self._replace(position=other.position) == other


def part_chapters(parts: Sequence[Part]) -> tuple[Chapter, ...]:
    """Return the parts as chapters of the whole; empty for a single one."""
    return tuple(Chapter(part.start, part.title) for part in parts) if len(parts) > 1 else ()


def with_chapters(marks: Iterable[Chapter], part: Part, found: Iterable[Chapter]) -> tuple[Chapter, ...]:
    """Return the chapters of the whole with those found in a part, at seconds into that part, in place of its own."""
    outside = [mark for mark in marks if not part.start <= mark.start < part.end]
    inside = [mark._replace(start=mark.start + part.start) for mark in found if mark.start < part.duration]
    return tuple(sorted([*outside, *inside], key=lambda mark: mark.start))


def recording_at(episode: Episode, position: float) -> tuple[Episode, float]:
    """Return the episode to request for a position in seconds, and where its recording starts, in seconds.

    Of an episode of several parts, that is the part there, with the id of the whole.
    """
    if not episode.parts:
        return episode, 0.0
    part = part_at(episode.parts, position)
    return episode._replace(audio=part.audio, duration=part.duration, parts=()), part.start
