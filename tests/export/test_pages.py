"""Pages of bookmarks: their names, their links, and where they come from."""

import pytest

from tests.fakes import START
from tests.rooms import EPISODES, TOPICS
from tui_pod.core.library.library import build_library
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.export.pages import ExportPage, make_pages


@pytest.mark.parametrize(
    ("title", "name"),
    [("Éa & B!", "ea-b"), ("…", "episode"), ("x" * 59 + " yz", "x" * 59), ("a" * 70, "a" * 60)],
)
def test_name_is_safe_short_and_ends_in_the_mark_of_the_episode(title: str, name: str) -> None:
    page = ExportPage("one", title, ())
    assert page.name == f"{name}-{page.mark}"
    assert page.mark == ExportPage("one", "Renamed", ()).mark != ExportPage("two", title, ()).mark
    assert len(page.mark) == 8


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("", ""),
        ("https://a.example/1?x=y", "https://a.example/1?x=y#t=61"),
        ("https://a.example/1#notes", "https://a.example/1#notes"),
        ("https://a.example/(1)", "https://a.example/%281%29#t=61"),
    ],
)
def test_link_leads_to_the_second_unless_the_page_has_a_fragment(url: str, link: str) -> None:
    assert ExportPage("one", "One", (), url=url).link(61.9) == link


def test_episode_that_has_left_the_library_has_a_page_without_notes() -> None:
    bookmarks = [Bookmark("two", 1.0, 2.0, START, START), Bookmark("gone", 1.0, 2.0, START, START, title="Gone")]
    notes = EpisodeNotes(podcast="Cast", page="https://a.example/2")
    pages = {page.id: page for page in make_pages(build_library(TOPICS, EPISODES), bookmarks, lambda _: notes)}
    assert pages["gone"] == ExportPage("gone", "Gone", (bookmarks[1],))
    two = pages["two"]
    assert (two.title, two.podcast, two.url, two.tags) == ("Two", "Cast", notes.page, ("Numbers", "Basics"))
    assert two.date == EPISODES[1].published
