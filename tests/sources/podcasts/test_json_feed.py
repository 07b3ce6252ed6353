"""JSON Feed is read like any other feed."""

import json
from typing import Any

import pytest

from tests.sources.reading import read
from tui_pod.shelf.published import FeedError


@pytest.mark.parametrize(("ident", "guid"), [(10**15 - 1, "999999999999999"), (10**15, ""), (True, "")])
def test_number_is_an_id_while_it_is_exact(ident: object, guid: str) -> None:
    items = [{"id": ident, "title": "x", "content_text": "y"}]
    (found,) = read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": items})).items
    assert found.guid == guid


def test_json_feed_is_read() -> None:
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1", "title": "J", "home_page_url": "https://j.org/",
        "items": [
            {"id": 7, "title": "x", "content_html": "<p>Hi</p>", "date_published": "2024-01-05T10:00:00+01:00",
             "tags": ["t", 3], "url": "/e",
             "attachments": [{"url": "a.mp3", "mime_type": "audio/mpeg", "duration_in_seconds": 61}]},
            {"id": "\ud800", "content_text": "a < c"}, "nonsense", {"id": "empty"},
        ],
    }  # fmt: skip
    found = read(json.dumps(document))
    first, second = found.items
    assert (found.title, found.link) == ("J", "https://j.org/")
    assert (first.guid, first.summary, first.duration, first.keywords) == ("7", "Hi", 61.0, ("t",))
    assert first.audio == "https://cast.example.org/shows/a.mp3"
    assert (second.guid, second.summary) == ("\ufffd", "a < c")


@pytest.mark.parametrize("document", ["{}", "[]", '{"items": 3}', "{", "[" * 100_000, '{"a":' * 50_000])
def test_json_that_is_no_feed_is_an_error(document: str) -> None:
    with pytest.raises(FeedError):
        read(document)


def test_entities_in_titles_of_a_json_feed_are_read() -> None:
    document = {"title": "A &amp; B", "language": "de", "items": [{"id": "1", "title": "One &#8211; two"}]}
    found = read(json.dumps(document))
    assert (found.title, found.language, found.items[0].title) == ("A & B", "de", "One – two")


def test_cover_of_a_json_feed_is_its_icon() -> None:
    item = {"id": "1", "title": "T", "image": "/i.png", "attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg"}]}
    found = read(json.dumps({"title": "F", "icon": "/f.png", "items": [item]}))
    assert (found.picture, found.items[0].picture) == (
        "https://cast.example.org/f.png",
        "https://cast.example.org/i.png",
    )
