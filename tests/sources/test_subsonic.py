"""The source in `examples/subsonic`, with answers as Supysonic gives them, and podcasts as the API describes them."""

from __future__ import annotations

import json
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tui_pod.plugin import Credentials, FeedError, NeedsLogin, Published, fake_request

SUBSONIC = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "subsonic" / "subsonic.py"))["Subsonic"]
BASE = "http://nas.home:4533"
ANN = Credentials("ann", "s3cret")
SONGS = [
    {"id": f"ccc0e7e{number}", "title": f"Walk {number}", "artist": "Ann", "track": number, "discNumber": 1,
     "duration": 19, "size": 304074, "isDir": False, "suffix": "mp3", "created": "2026-12-02T21:42:08"}
    for number in (1, 2, 3)
]  # fmt: skip
ALBUM = {"id": "f2572cbc", "name": "Walks", "artist": "Ann", "songCount": 3, "duration": 57}
EPISODES = [
    {"id": "e1", "streamId": "s1", "title": "Old", "publishDate": "2026-01-01T06:00:00.000Z", "status": "completed"},
    {"id": "e2", "streamId": "s2", "title": "New", "publishDate": "2026-02-01T06:00:00.000Z", "coverArt": "c2"},
    {"id": "e3", "title": "On the server of the podcast only", "publishDate": "2026-03-01T06:00:00.000Z"},
]


def answer(**said: object) -> bytes:
    return json.dumps({"subsonic-response": {"status": "ok", "version": "1.12.0", **said}}).encode()


ANSWERS = {
    "search3": answer(searchResult3={"album": [{**ALBUM, "name": "Night walks"}, ALBUM]}),
    "getAlbum": answer(album={**ALBUM, "song": SONGS}),
    "getPodcasts": answer(podcasts={"channel": [{"title": "Quarks", "episode": EPISODES}]}),
}


def read(place: str, answers: Mapping[str, Any] = ANSWERS, login: Credentials | None = ANN) -> Published:
    known = {f"{BASE}/rest/{method}.view": said for method, said in answers.items()}
    found: Published = SUBSONIC().read(fake_request(place, known, login=login))
    return found


def test_album_is_a_list_in_order_whose_addresses_have_no_secret() -> None:
    found = read(f"subsonic:{BASE}/album/walks")
    assert (found.title, found.is_serial) == ("Walks", True)
    assert [(item.title, item.season, item.number, item.duration) for item in found.items] == [
        ("Walk 1", 1, 1, 19), ("Walk 2", 1, 2, 19), ("Walk 3", 1, 3, 19)
    ]  # fmt: skip
    assert found.items[0].audio == f"{BASE}/rest/stream.view?id=ccc0e7e1&format=raw"
    assert found.items[0].parameters == read(f"subsonic:{BASE}/album/walks").items[1].parameters
    assert "s3cret" not in repr(found)


def test_podcasts_are_what_the_server_has_newest_first() -> None:
    found = read(f"subsonic:{BASE}")
    assert [(item.guid, item.title, item.summary) for item in found.items] == [
        ("s2", "New", "Quarks"), ("s1", "Old", "Quarks")
    ]  # fmt: skip
    assert found.items[0].picture == f"{BASE}/rest/getCoverArt.view?id=c2"


def test_login_is_wanted_without_one_and_if_it_is_refused() -> None:
    refused = answer(status="failed", error={"code": 40, "message": "Unauthorized"})
    with pytest.raises(NeedsLogin):
        read(f"subsonic:{BASE}", login=None)
    with pytest.raises(NeedsLogin):
        read(f"subsonic:{BASE}", {"getPodcasts": refused})


def test_what_the_server_says_is_passed_on() -> None:
    with pytest.raises(FeedError, match="Unknown method"):
        read(
            f"subsonic:{BASE}", {"getPodcasts": answer(status="failed", error={"code": 0, "message": "Unknown method"})}
        )
    with pytest.raises(FeedError, match="There is no album “x”"):
        read(f"subsonic:{BASE}/album/x", {"search3": answer(searchResult3={})})


def test_place_is_taken_with_its_prefix_only() -> None:
    assert SUBSONIC().takes(f" subsonic:{BASE}/ ") == f"subsonic:{BASE}"
    assert SUBSONIC().takes(BASE) is None
