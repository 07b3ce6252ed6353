"""Tags of narrations that are files, and files of whole parts of a course, with names, chimes and chapters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tui_pod.audio.chime import chime_file
from tui_pod.audio.ogg import chapter_tags, join_opus, length_of
from tui_pod.audio.opus import SPEECH, encode_opus
from tui_pod.core.library.course import CoursePlace, course_place, home_topic, whole_course
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.core.library.topics import ROOT
from tui_pod.core.text.file_names import file_name, safe_name
from tui_pod.runtime.files import read_bytes
from tui_pod.runtime.own_files import OwnFiles


def tags_of(library: Library, episode: Episode) -> tuple[list[tuple[str, str]], bytes]:
    """Return the tags and the cover of an episode's file: title, album and, in a course, its number."""
    topics, index = library.topics, library.index(episode.id)
    tags = [("TITLE", episode.title), ("DESCRIPTION", episode.summary)]
    if index is not None:
        home = home_topic(topics, index)
        tags.append(("ALBUM", topics.names[home]))
        if index in (path := topics.paths.get(home, ())):
            tags += [("TRACKNUMBER", str(path.index(index) + 1)), ("TRACKTOTAL", str(len(path)))]
    return tags, cover()


def file_stem(library: Library, episode: Episode, pattern: str) -> str:
    """Return the path of an episode's file without the ending, in a folder of files that are named as downloads are."""
    topics, index = library.topics, library.index(episode.id)
    home = topics.names[home_topic(topics, index)] if index is not None else ""
    is_said = home in (topics.names[ROOT], episode.title)
    return file_name(pattern, "" if is_said else home, episode.published, episode.title)


class ActWriter:
    """Gathers the narrations of a course and writes a file for each of its parts."""

    def __init__(self, library: Library, folder: Path, cache: Path) -> None:
        """Gather nothing yet; write to `folder`, and keep the chime in `cache`."""
        self._library, self._folder, self._cache = library, folder, cache
        self._parts: dict[int, list[tuple[int, str, bytes, bytes]]] = {}

    def place(self, episode: Episode) -> CoursePlace | None:
        """Return the place of an episode in its course; None if no course has it."""
        index = self._library.index(episode.id)
        return course_place(self._library.topics, index) if index is not None else None

    def add(self, episode: Episode, sound: bytes, name: Path | None) -> None:
        """Take an episode's Opus file and the WAV of its spoken name. An episode of no course is left out.

        Raises:
            OSError: a file cannot be read, or the folder has no room.
            UserError: libmpv cannot encode the name.
        """
        if (place := self.place(episode)) is not None:
            spoken = _encoded(name) if name is not None else b""
            self._parts.setdefault(place.part, []).append((place.number, episode.title, sound, spoken))

    def write(self) -> Iterator[Path]:
        """Write a file for each part, and yield its path. Raises OSError, UserError."""
        topics, chime = self._library.topics, _encoded(chime_file(self._cache)) if self._parts else b""
        for number, (part, episodes) in enumerate(sorted(self._parts.items()), 1):
            files, chapters, start = list[bytes](), list[tuple[float, str]](), 0.0
            for _, title, sound, name in sorted(episodes, key=lambda episode: episode[0]):
                chapters.append((start, title))
                pieces = [piece for piece in (chime if files else b"", name, sound) if piece]
                files += pieces
                start += sum(map(length_of, pieces))
            course = whole_course(topics, part)
            tags = [("TITLE", topics.names[part]), ("ALBUM", topics.names[course if course is not None else part])]
            tags += [("TRACKNUMBER", str(number)), *chapter_tags(chapters)]
            path = OwnFiles(self._folder).claim(f"{safe_name(topics.names[part])}.opus")
            path.write_bytes(join_opus(files, tags, cover()))
            yield path


def _encoded(wav: Path) -> bytes:
    with TemporaryDirectory() as folder:
        target = Path(folder) / "sound.opus"
        encode_opus(wav, target, SPEECH)
        return read_bytes(target)


def cover() -> bytes:
    """Return the picture of the program's own files, a PNG."""
    return read_bytes(Path(__file__).with_name("cover.png"))
