"""What listeners call a command finds it."""

import pytest

from tui_pod.core.action_words import action_words, words_of
from tui_pod.core.actions import ACTIONS, BY_ID
from tui_pod.core.text.names import rank


def found(typed: str) -> list[str]:
    """Return the ids of the actions that fit, the best first."""
    fits = {action.id: rank(typed, action.label, words_of(action.id).synonyms) for action in ACTIONS}
    return [ident for ident, _ in sorted(fits.items(), key=lambda each: each[1] or 0) if fits[ident] is not None]


def test_every_action_of_the_palette_is_explained_in_a_line() -> None:
    unexplained = {action.id for action in ACTIONS if not words_of(action.id).about}
    assert unexplained == {action.id for action in ACTIONS if action.where == "move"} | {"app.palette"}
    assert action_words().keys() <= BY_ID.keys()
    assert max(len(words.about) for words in action_words().values()) <= 76


@pytest.mark.parametrize(
    ("typed", "ident"),
    [
        ("unsubscribe", "list.remove"),
        ("subscribe", "feed.add"),
        ("show notes", "view.details"),
        ("delete", "list.remove"),
        ("playlist", "list.collect"),
        ("skip silence", "audio.skip_silence"),
        ("mark as played", "episode.toggle_played"),
        ("play next", "queue.add_next"),
        ("dark mode", "view.theme"),
        ("how do I skip an ad", "passage.skip"),
        ("shuffle", "list.sort"),
        ("rewind", "playback.back"),
        ("bluetooth", "audio.device"),
        ("subtitles", "view.transcript"),
        ("history", "view.history"),
        ("exit", "app.quit"),
    ],
)
def test_what_listeners_call_it_is_found_at_once(typed: str, ident: str) -> None:
    assert ident in found(typed)[:3]
