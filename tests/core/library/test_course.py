import pytest

from tui_pod.core.library.course import place_text, whole_course
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.topics import topic_key

CAST = topic_key("", "Cast", feed="f")

TREE = (
    Topic("Subject"),
    Topic("The course", "Subject"),
    Topic("1. First", "The course", episodes=("e", "d")),
    Topic("2. Second", "The course", episodes=("c", "b", "a")),
    Topic("Tags", "Subject"),
    Topic("Walks", episodes=("d", "f")),
    Topic("Morning walk", "Walks"),
    Topic(CAST, episodes=("g",)),
)


@pytest.fixture
def library() -> Library:
    return make_courses()


def make_courses() -> Library:
    """Return a library of two courses and a serial podcast; episodes are named by letters."""
    tags = {"d": ("Tags", "Morning walk"), "g": (CAST,)}
    return build_library(TREE, [Episode(i, i, tags=tags.get(i, ("Tags",))) for i in "abcdefg"])


def names(library: Library, topics: frozenset[int]) -> set[str]:
    return {library.topics.names[topic] for topic in topics}


def test_courses_have_a_path_or_consist_of_courses_or_are_parts_and_podcasts_are_none(library: Library) -> None:
    expected = {"The course", "1. First", "2. Second", "Walks", "Morning walk"}
    assert names(library, library.topics.courses) == expected


def test_first_course_is_the_whole_one_not_its_first_part(library: Library) -> None:
    course = library.topics.find("The course")
    assert course == min(library.topics.courses)
    assert whole_course(library.topics, library.topics.find("2. Second") or 0) == course
    assert whole_course(library.topics, library.topics.find("Tags") or 0) is None


def test_part_without_a_path_has_the_order_of_its_course(library: Library) -> None:
    part = library.topics.find("Morning walk") or 0
    assert [library.ids[index] for index in library.topics.paths[part]] == ["d"]


@pytest.mark.parametrize(
    ("ident", "said"),
    [
        ("e", "Act 1 · 1 of 2"),
        ("d", "Act 1 · 2 of 2"),  # not its place in the walks, which come later
        ("b", "Act 2 · 2 of 3"),
        ("f", "Walks · 2 of 2"),
        ("g", ""),
    ],
)
def test_place_names_part_number_and_total(library: Library, ident: str, said: str) -> None:
    assert place_text(library.topics, library.index(ident) or 0) == said
