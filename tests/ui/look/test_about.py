"""What the episode's pane says of an episode."""

from __future__ import annotations

import pytest

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.progress.progress import Status
from tui_pod.ui.look.about import About, AboutChoice, about_episode, lay_out, with_choices

NOTES = EpisodeNotes("0:20 The storm\n1:02:03 - The harbour\nMore: https://a.example/x.")


def test_source_with_a_link_can_be_opened_and_is_said_once() -> None:
    episode = Episode("one", "One", sources="A paper, 2017, https://example.org/paper\nA book, 1951")
    notes = EpisodeNotes("See https://example.org/notes.")
    about = about_episode(episode, notes, None, Status.UNPLAYED, 0.0, shows_answer=False)
    shown = with_choices(about, notes, (), None)
    assert [value for name, value in shown.facts if name == "Source"] == ["A book, 1951"]
    assert shown.choices == [
        AboutChoice("https://example.org/notes", "https://example.org/notes"),
        AboutChoice("A paper, 2017, https://example.org/paper", "https://example.org/paper"),
    ]


def test_times_and_links_of_the_notes_can_be_chosen() -> None:
    about = with_choices(About("One"), NOTES, (), None)
    assert about.head == "Times and links"
    assert about.choices == [
        AboutChoice("The storm", 20.0),
        AboutChoice("The harbour", 3723.0),
        AboutChoice("https://a.example/x", "https://a.example/x"),
    ]


def test_chapters_replace_times_and_the_playing_one_is_marked() -> None:
    about = with_choices(About("One"), EpisodeNotes("0:20 The storm"), (Chapter(0.0, "Begin"), Chapter(9.0, "")), 1)
    assert about.choices == [AboutChoice("Begin", 0.0), AboutChoice("Chapter", 9.0, True)]
    assert about.head == "Chapters"


def test_lines_of_choices_carry_their_numbers() -> None:
    lines = lay_out(About("One", choices=[AboutChoice("Begin", 0.0)], head="Chapters"), 20)
    assert [line.choice for line in lines] == [None, None, None, 0]


def test_empty_facts_are_not_shown() -> None:
    assert len(lay_out(About("One", facts=[("Page", ""), ("Id", "one")]), 20)) == 3


@pytest.mark.parametrize(
    ("shows_answer", "answer", "said"),
    [(True, "Salt.", "Salt."), (False, "Salt.", "think first, then press a"), (False, None, "")],
)
def test_answer_is_hidden_until_it_is_asked_for(shows_answer: bool, answer: str, said: str) -> None:
    episode = Episode("one", "One", question="Why?", answer=answer or "")
    about = about_episode(episode, EpisodeNotes(), None, Status.UNPLAYED, 0.0, shows_answer=shows_answer)
    assert dict(about.facts).get("Answer", "") == said
