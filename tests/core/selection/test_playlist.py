"""Lists written as M3U are read back by id, and lists of other players by recording."""

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.selection.playlist import read_m3u, to_m3u

EPISODES = (
    Episode("one", "One", duration=60.4, audio="/music/one two.mp3"),
    Episode("two", "Two", audio="https://a.example/2.mp3"),
    Episode("told", "Told"),
)
LIBRARY = build_library((), EPISODES)


def test_list_that_is_written_is_read_back_in_its_order() -> None:
    text = to_m3u("Mine", reversed(EPISODES))
    assert text.splitlines()[:2] == ["#EXTM3U", "#PLAYLIST:Mine"]
    assert "#EXTINF:60,One" in text
    assert "#EXTINF:-1,Two" in text
    assert read_m3u(text, "/", LIBRARY) == (["told", "two", "one"], 0)


def test_list_of_another_player_is_read_by_recording_and_the_rest_is_counted() -> None:
    text = "one two.mp3\nfile:///music/one%20two.mp3\n\nhttps://a.example/2.mp3\n#TUI-POD:gone\ngone.mp3\n"
    assert read_m3u(text, "/music", LIBRARY) == (["one", "two"], 1)


def test_episode_whose_recording_moved_is_found_by_id() -> None:
    assert read_m3u("#TUI-POD:two\nhttps://b.example/2.mp3\n", "/", LIBRARY) == (["two"], 0)
