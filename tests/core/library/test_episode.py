import pytest

from tui_pod.core.library.episode import Episode, has_only_teaser


@pytest.mark.parametrize(
    ("audio", "transcript", "is_one"),
    [(None, None, True), ("/a.mp3", None, False), (None, "/a.txt", False), ("refused://", None, False)],
)
def test_episode_without_recording_and_transcript_has_only_a_teaser(
    audio: str | None, transcript: str | None, is_one: bool
) -> None:
    assert has_only_teaser(Episode("a", "A", audio=audio, transcript=transcript)) is is_one
