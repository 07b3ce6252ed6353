"""A feed chooses no part of a file's name but letters of its title."""

import hashlib

import pytest

from tui_pod.net.fetch import FetchError, LoginWanted
from tui_pod.recordings.download_request import (
    DownloadError,
    DownloadRequest,
    file_hash,
    file_name,
    is_part,
    name_of_part,
)

ID = "0123456789abcdef"


@pytest.mark.parametrize(
    ("title", "address", "kind", "expected"),
    [
        ("Größe & Ship!", "https://c.org/a.mp3", None, f"grosse-ship-{ID}.mp3"),
        ("../..", "https://c.org/a.OGG?x=.mp3", None, f"episode-{ID}.ogg"),
        ("x" * 60, "https://c.org/a", "audio/mp4", f"{'x' * 48}-{ID}.m4a"),
        ("A", "https://c.org/a.mp3", "audio/ogg", f"a-{ID}.ogg"),
        ("A", "https://c.org/a.exe", "application/x-msdownload", f"a-{ID}.audio"),
        ("A", "https://c.org/a.exe#.mp3", None, f"a-{ID}.audio"),
    ],
)
def test_name_is_of_letters_and_a_known_ending(title: str, address: str, kind: str | None, expected: str) -> None:
    assert file_name(DownloadRequest(ID, title, address), kind) == expected


def test_hash_is_the_id_itself_or_made_of_it() -> None:
    assert file_hash(ID) == ID
    for other in (ID[:-1], ID.upper(), f"{ID}0"):
        assert file_hash(other) == hashlib.sha256(other.encode()).hexdigest()[:16]


def test_part_of_a_book_is_told_from_an_episode() -> None:
    assert is_part(name_of_part(ID, "https://c.org/2.mp3"))
    assert not is_part(ID)


def test_error_knows_the_login_that_was_missing() -> None:
    error = DownloadError("It was not downloaded.")
    assert error.wanted is None
    error.__cause__ = FetchError("It is down.")
    assert error.wanted is None
    error.__cause__ = wanted = LoginWanted("https://c.org/1.mp3", None)
    assert error.wanted is wanted
