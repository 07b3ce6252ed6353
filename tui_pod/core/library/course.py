"""Courses and folders, which are heard from first to last, and the place of an episode in them."""

from __future__ import annotations

import re
from typing import NamedTuple

from tui_pod.core.library.topics import ROOT, TopicTable, has_member

NUMBERED = r"\W*+(cd|dis[ck]|part|teil|side|seite|tape|vol|volume|band)?[\W_]*+\d{1,3}\W*+"
"""Pattern of the name of a folder that holds a part of a recording, such as `CD 1`."""


class CoursePlace(NamedTuple):
    """Where an episode is in a course."""

    part: int
    """Topic of the innermost part, or of the course itself if it has no parts."""
    number: int
    """Number of the episode in that part, from 1."""
    total: int
    """Number of episodes of that part."""


def whole_course(topics: TopicTable, topic: int) -> int | None:
    """Return the course that a topic is, or is a part of; None if it is neither."""
    return next((above for above in topics.path(topic) if above in topics.courses), None) if topic > 0 else None


def whole_folder(topics: TopicTable, topic: int) -> int:
    """Return the parent of a numbered subfolder such as `CD 1`, or the topic itself if it is none."""
    while topics.podcast(topic) and not topics.feed(topic) and re.fullmatch(NUMBERED, topics.names[topic], re.I):
        topic = topics.parents[topic]
    return topic


def home_topic(topics: TopicTable, index: int) -> int:
    """Return the topic whose order an episode belongs to: its course, its podcast or folder, or else All Topics."""
    course = course_with(topics, index)
    if course is not None:
        return course
    inside = (topic for topic in range(len(topics.names) - 1, ROOT, -1) if has_member(topics.members[topic], index))
    return next((whole_folder(topics, topic) for topic in inside if topics.podcast(topic) is not None), ROOT)


def course_place(topics: TopicTable, index: int) -> CoursePlace | None:
    """Return the place of an episode in the first course that has it on its path; None if no course has it."""
    course = course_with(topics, index)
    if course is None:
        return None
    parts = [topic for topic in topics.courses if _has_on_path(topics, topic, index) and course in topics.path(topic)]
    path = topics.paths[max(parts)]  # topics come after those above them
    return CoursePlace(max(parts), path.index(index) + 1, len(path))


def course_with(topics: TopicTable, index: int) -> int | None:
    """Return the first course with an episode on its path; None if there is none."""
    return min((topic for topic in topics.courses if _has_on_path(topics, topic, index)), default=None)


def place_text(topics: TopicTable, index: int) -> str:
    """Return an episode's place in its course, such as `Act 2 · 3 of 18`; empty if no course has it.

    A part whose name does not begin with a number is called by its name.
    """
    place = course_place(topics, index)
    if place is None:
        return ""
    return f"{_part_name(topics, place)} · {place.number} of {place.total}"


def spoken_place(topics: TopicTable, place: CoursePlace) -> str:
    """Return a place in a course as a voice says it, such as `Act 2, 3`."""
    return f"{_part_name(topics, place)}, {place.number}"


def _part_name(topics: TopicTable, place: CoursePlace) -> str:
    number, _, name = topics.names[place.part].partition(". ")
    return f"Act {number}" if name and number.isdecimal() else topics.names[place.part]


def _has_on_path(topics: TopicTable, topic: int, index: int) -> bool:
    return has_member(topics.members[topic], index) and index in topics.paths.get(topic, ())
