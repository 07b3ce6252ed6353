"""What the episode's pane says of an episode."""

from __future__ import annotations

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.progress.progress import Status
from tui_pod.ui.look.about import AboutChoice, about_episode, with_choices


def test_sources_are_facts_and_their_links_can_be_opened() -> None:
    episode = Episode("one", "One", sources="A paper, 2017, https://example.org/paper\nA book, 1951")
    notes = EpisodeNotes("See https://example.org/notes.")
    about = about_episode(episode, notes, None, Status.UNPLAYED, 0.0, shows_answer=False)
    sources = [value for name, value in about.facts if name == "Source"]
    assert sources == ["A paper, 2017, https://example.org/paper", "A book, 1951"]
    assert with_choices(about, notes, (), None).choices == [
        AboutChoice("https://example.org/notes", "https://example.org/notes"),
        AboutChoice("https://example.org/paper", "https://example.org/paper"),
    ]
