"""What a listener sees of a playback."""

from typing import Any

import pytest

from tui_pod.core.player.snapshot import Chapter, Playback, PlayerStatus

PLAYING = Playback(
    PlayerStatus.PLAYING, "one", "One", 20.25, 100.0, marks=(Chapter(0.0, "Start"), Chapter(20.6, "Middle")), load=1
)


@pytest.mark.parametrize("position", [20.0, 20.25, 20.5])
def test_position_within_a_second_and_a_chapter_looks_the_same(position: float) -> None:
    assert PLAYING._replace(position=position).looks_like(PLAYING)


@pytest.mark.parametrize("position", [19.99, 20.75, 21.0, 84.25])
def test_next_second_and_next_chapter_look_different(position: float) -> None:
    assert not PLAYING._replace(position=position).looks_like(PLAYING)


@pytest.mark.parametrize(
    "change",
    [
        {"status": PlayerStatus.PAUSED}, {"episode": "two"}, {"title": "Two"}, {"duration": 100.1}, {"speed": 1.1},
        {"volume": 79}, {"is_muted": True}, {"is_narrated": True}, {"is_buffering": True}, {"marks": ()}, {"load": 2},
    ],
)  # fmt: skip
def test_any_other_change_looks_different(change: dict[str, Any]) -> None:
    assert not PLAYING._replace(position=20.5, **change).looks_like(PLAYING)
