"""A server is asked with a token, which is renewed and kept apart from the podcasts.

What a server says about its books and podcasts, as items of a feed.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.present import present
from tests.sources import server
from tests.sources.server import Exchange, Site
from tui_pod.net.fetch import FetchError, LoginWanted
from tui_pod.net.json_client import ask
from tui_pod.shelf.published import FeedError, PublishedItem
from tui_pod.shelf.shelves import ItemTopic
from tui_pod.sources.servers.client import ServerLogin, checked, to_address, to_base, typed_bases
from tui_pod.sources.servers.source import MAX_SECONDS, ident_of, number, time_of, to_found, to_listed
from tui_pod.sources.table import source_of


def said(data: object, status: int = 200, **headers: str) -> server.Reply:
    return server.body(json.dumps(data), "application/json", status, **headers)


def pair(access: str, refresh: str) -> server.Reply:
    return said({"user": {"accessToken": access, "refreshToken": refresh}})


@pytest.fixture
def login(site: Site, tmp_path: Path) -> ServerLogin:
    """A login of a server that gives the tokens `a1` and `r1` for the password, and `a2` and `r2` for `r1`."""
    site.replies["/login"] = pair("a1", "r1")

    def refresh(exchange: Exchange) -> None:
        (pair("a2", "r2") if exchange.headers["x-refresh-token"] == "r1" else said({}, 401))(exchange)

    site.replies["/auth/refresh"] = refresh
    return ServerLogin(site.origin(), "ann", "s3cret", True, site.url(""), tmp_path / "tokens.json")


def kept(login: ServerLogin) -> Any:
    return json.loads(login.file.read_text())


def test_password_is_sent_once_and_its_token_from_then_on(site: Site, login: ServerLogin) -> None:
    assert [login.header() for _ in range(2)] == ["Bearer a1"] * 2
    assert (site.paths(), json.loads(site.bodies[0])) == (["/login"], {"username": "ann", "password": "s3cret"})
    assert site.asked[0][1]["x-return-tokens"] == "true"
    assert kept(login) == {f"ann@{site.url('')}": ["a1", "r1"]}
    assert login.file.stat().st_mode & 0o777 == 0o600


def test_key_without_a_user_is_a_token(site: Site, tmp_path: Path) -> None:
    key = ServerLogin(site.origin(), "", "key", True, site.url(""), tmp_path / "tokens.json")
    assert (key.header(), key.renew("Bearer key"), site.asked) == ("Bearer key", False, [])


def test_rejected_token_is_exchanged_and_then_the_password_is_sent(site: Site, login: ServerLogin) -> None:
    login.header()
    assert login.renew("Bearer a1")
    assert (login.header(), site.paths()) == ("Bearer a2", ["/login", "/auth/refresh"])
    assert login.renew("Bearer a1")  # another program was faster
    assert len(site.asked) == 2
    assert login.renew("Bearer a2")
    assert (login.header(), site.paths()[2:]) == ("Bearer a1", ["/auth/refresh", "/login"])
    site.replies["/auth/refresh"] = said({}, 403)
    assert not login.renew("Bearer a1")  # the server gives the same one


def test_tokens_of_one_login_are_forgotten_alone(site: Site, login: ServerLogin) -> None:
    other = ServerLogin(site.origin(), "bo", "s3cret", True, site.url(""), login.file)
    for each in (login, other):
        each.header()
    login.forget()
    assert list(kept(login)) == [f"bo@{site.url('')}"]
    before = login.file.stat().st_mtime_ns
    login.forget()
    assert login.file.stat().st_mtime_ns == before
    assert login.header() == "Bearer a1"
    assert len(kept(login)) == 2


def test_server_of_an_older_version_gives_one_token(site: Site, login: ServerLogin) -> None:
    site.replies["/login"] = said({"user": {"token": "old"}})
    assert login.header() == "Bearer old"
    assert login.renew("Bearer x")
    assert not login.renew("Bearer old")
    assert site.paths() == ["/login", "/login"]


@pytest.mark.parametrize("status", [400, 401, 403])
def test_wrong_password_is_told(site: Site, login: ServerLogin, status: int) -> None:
    site.replies["/login"] = said({}, status)
    with pytest.raises(LoginWanted, match="does not take this login"):
        login.header()
    assert not login.file.exists()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (said({}), "is this Audiobookshelf"), (said({"user": {"accessToken": 5}}), "is this Audiobookshelf"),
        (server.body("<html>"), "something other than data"), (said({}, 404), "does not have it"),
        (said({}, 500), "is in trouble"),
    ],
)  # fmt: skip
def test_answer_to_a_login_that_is_none_is_told(
    site: Site, login: ServerLogin, reply: server.Reply, error: str
) -> None:
    site.replies["/login"] = reply
    with pytest.raises((FetchError, FeedError), match=error):
        login.header()


@pytest.mark.parametrize("content", ["", "[]", "{", '{"ann@x": 5}', "\0"])
def test_damaged_file_of_tokens_is_written_anew(login: ServerLogin, content: str) -> None:
    login.file.write_text(content)
    login.file.chmod(0o600)
    assert login.header() == "Bearer a1"


def test_tokens_that_cannot_be_kept_are_an_error(login: ServerLogin) -> None:
    login.file.mkdir()
    with pytest.raises(FetchError, match="The login cannot be kept in") as caught:
        login.renew("")
    assert caught.value.is_final


def test_question_is_sent_as_json_and_its_answer_read(site: Site) -> None:
    site.replies["/x"] = said({"a": [1]}, ETag='"one"')
    reply = ask(site.url(""), "POST", "/x", data={"q": 1}, headers={"X-One": "1"})
    assert (reply.status, reply.data, reply.etag, reply.refused) == (200, {"a": [1]}, '"one"', None)
    headers = site.asked[0][1]
    assert (headers["Content-Type"], headers["Accept"], headers["X-One"]) == (
        "application/json",
        "application/json",
        "1",
    )
    assert site.bodies == [b'{"q": 1}']
    ask(site.url(""), "GET", "/x")
    assert "Content-Type" not in site.asked[1][1]


def test_answer_without_data_is_an_error_unless_nothing_has_changed(site: Site) -> None:
    site.replies["/same"] = lambda exchange: exchange.say(304)
    assert checked(ask(site.url(""), "GET", "/same")) is None
    site.replies["/page"] = server.body("<html>", "text/html")
    with pytest.raises(FeedError, match="network without a login page"):
        checked(ask(site.url(""), "GET", "/page"))
    site.replies["/no"] = said({"a": 1}, 403)
    refused = ask(site.url(""), "GET", "/no")
    assert (refused.status, refused.data) == (403, {"a": 1})
    with pytest.raises(FetchError, match="refuses it"):
        checked(refused)


@pytest.mark.parametrize(
    ("text", "data"), [("[NaN, Infinity, 1]", [None, None, 1]), ("[" * 100_000, None), ("{", None)]
)
def test_answer_may_contain_anything(site: Site, text: str, data: object) -> None:
    site.replies["/x"] = server.body(text, "application/json")
    assert ask(site.url(""), "GET", "/x").data == data


def test_question_is_never_redirected_to_another_server(site: Site, inside: Site, login: ServerLogin) -> None:
    site.replies["/x"] = server.redirect(inside.url("/x"))
    with pytest.raises(FetchError, match="neither login nor data are sent"):
        ask(site.url(""), "GET", "/x", login)
    assert inside.asked == []
    assert site.asked[-1][1]["Authorization"] == "Bearer a1"


@pytest.mark.parametrize(
    ("typed", "bases"),
    [
        (" nas.home:13378 ", ["https://nas.home:13378", "http://nas.home:13378"]),
        ("http://nas.home/audio/?a=b", ["http://nas.home/audio"]),
        ("https://nas.home//", ["https://nas.home"]),
        ("audiobookshelf+https://nas.home", ["https://nas.home"]),
        ("ftp://nas.home", []),
        ("", []),
    ],
)
def test_typed_server_is_tried_by_https_first(typed: str, bases: list[str]) -> None:
    assert typed_bases(typed) == bases


def test_address_of_a_server_is_no_address_of_a_feed() -> None:
    address = to_address("https://nas.home")
    assert to_base(address) == "https://nas.home"
    assert [source_of(each).keeps_progress for each in (address, "https://nas.home")] == [True, False]


BASE = "https://shelf.example.org"

TRACKS = [
    {"ino": "1", "duration": 60.0, "metadata": {"size": 100, "filename": "One.mp3"}},
    {"ino": "2", "duration": 30.0, "metadata": {"size": 50, "filename": "Two.mp3"}},
]


def book(media: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    about = {"title": "Emma", "description": "A young lady makes matches.", **metadata}
    return {"id": "b1", "mediaType": "book", "addedAt": 1_700_000_000_000,
            "media": {"metadata": about, "tracks": TRACKS, **(media or {})}}  # fmt: skip


def podcast(**episode: Any) -> dict[str, Any]:
    told = {"id": "e1", "title": "One", "audioTrack": {"ino": "7", "duration": 90.0}, **episode}
    return {"id": "p1", "mediaType": "podcast", "media": {"metadata": {"title": "Cast"}, "episodes": [told]}}


def test_entry_is_listed_unless_its_id_is_invalid_or_its_files_are() -> None:
    assert to_listed({"id": "b1"}) is not None
    for entry in ({}, {"id": "../b1"}, {"id": "b1", "isMissing": True}, {"id": "b1", "isInvalid": True}):
        assert to_listed(entry) is None


def test_mark_of_an_entry_changes_with_what_the_server_says() -> None:
    one, same, other = (to_listed(entry) for entry in ({"id": "b", "n": 1}, {"n": 1, "id": "b"}, {"id": "b", "n": 2}))
    assert one == same != other


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0.0), (5, 5.0), (MAX_SECONDS, MAX_SECONDS), (MAX_SECONDS + 1, None), (-1, None), (True, None), ("5", None)],
)
def test_number_is_from_0_to_the_most_that_is_believed(value: object, expected: float | None) -> None:
    assert number(value) == expected


def test_ids_and_times_are_checked() -> None:
    assert [ident_of(value) for value in ("a-B_1", "a/b", "", 5, "a" * 65)] == ["a-B_1", "", "", "", ""]
    assert [time_of(value) for value in (1500, 0, "x")] == [1.5, None, None]


def test_book_of_several_files_is_one_item_with_parts() -> None:
    found = to_found(book(authors=[{"name": "Jane Austen"}], series=[{"name": "Novels", "sequence": "4.5"}]), BASE)
    assert found is not None
    (item,) = found.items
    assert (item.title, item.duration, item.size) == ("Emma", 90.0, 150)
    assert item.summary == "Jane Austen · Novels #4.5 — A young lady makes matches."
    assert (item.audio, item.link) == (f"{BASE}/api/items/b1/file/1", f"{BASE}/item/b1")
    assert [(part.title, part.start) for part in present(item.recording).parts] == [("One", 0.0), ("Two", 60.0)]
    assert (found.shelves, found.added) == ((ItemTopic("Novels", 4.5),), 1_700_000_000.0)


def test_book_of_one_file_has_no_parts_and_a_book_to_read_is_no_item() -> None:
    single, none = to_found(book({"tracks": TRACKS[:1]}), BASE), to_found(book({"tracks": []}), BASE)
    assert single is not None
    assert none is not None
    (item,) = single.items
    assert (present(item.recording).parts, none.items) == ((), ())


def test_episode_of_a_podcast_is_an_item() -> None:
    found = to_found(podcast(season="2", episode="5", episodeType="bonus", publishedAt=1_700_000_000_000), BASE)
    assert found is not None
    (item,) = found.items
    assert (item.guid, item.season, item.number, item.type) == ("p1/e1", 2, 5, "bonus")
    assert (item.published, item.duration, item.picture) == (1_700_000_000.0, 90.0, None)
    assert found.shelves == (ItemTopic("Cast"),)
    wrong: list[dict[str, object]] = [{"id": "../e"}, {"audioTrack": {}}, {"audioTrack": {"ino": "a/b"}}]
    for changes in wrong:
        other = present(to_found(podcast(**changes), BASE))
        assert other.items == ()
    entry = podcast(episodeType="full")
    entry["media"]["coverPath"] = "/covers/1.jpg"
    full = the_item(entry)
    assert (full.type, full.picture) == (None, f"{BASE}/api/items/p1/cover?width=400&format=jpeg")
    assert to_found({"id": "../p1"}, BASE) is None


def test_chapters_are_sorted_and_none_begins_twice() -> None:
    chapters = [{"start": 30, "title": "B"}, {"start": 0, "title": "A"}, {"start": 30, "title": "C"}, {"start": -1}]
    found = present(to_found(book({"chapters": chapters}), BASE))
    assert [(mark.start, mark.title) for mark in found.items[0].marks] == [(0.0, "A"), (30.0, "C")]


def the_item(entry: dict[str, Any]) -> PublishedItem:
    found = present(to_found(entry, BASE))
    (item,) = found.items
    return item


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"duration": 60.0}, (60.0, None)), ({"duration": 0}, (90.0, None)),
        ({"audioTrack": None, "audioFile": {"ino": "8", "metadata": {"size": 7}}}, (None, 7)),
        ({"audioTrack": {"ino": "8", "metadata": {"size": 0}}}, (None, None)),
    ],
)  # fmt: skip
def test_length_and_size_of_an_episode_are_its_own_or_those_of_its_file(
    changes: dict[str, Any], told: tuple[float | None, int | None]
) -> None:
    item = the_item(podcast(**changes))
    assert (item.duration, item.size) == told


@pytest.mark.parametrize(
    ("subtitle", "description", "summary"),
    [("On ships", "Words", "On ships — Words"), ("", "Words", "Words"), ("On ships", "", "On ships"), ("", "", "")],
)
def test_summary_of_an_episode_begins_with_its_subtitle(subtitle: str, description: str, summary: str) -> None:
    assert the_item(podcast(subtitle=subtitle, description=description)).summary == summary


def test_all_that_is_said_of_a_book_is_in_its_item() -> None:
    item = the_item(
        book(subtitle="Emma", authors=["Jane Austen", {"name": "Ann"}, 5, {}], narrators=["Bo"], explicit=True,
             publishedYear="1815", series=[{"name": "A"}, {"sequence": "3"}, {"name": "B", "sequence": "2"}])
    )  # fmt: skip
    assert item.summary == "Emma · Jane Austen, Ann · Bo · A, B #2 — A young lady makes matches."
    assert item.recording is not None
    assert (item.recording.author, item.recording.narrator, item.recording.year) == ("Jane Austen, Ann", "Bo", "1815")
    assert (item.is_explicit, item.picture) == (True, None)
    assert not the_item(book(explicit="yes")).is_explicit


def test_number_of_a_book_in_its_series_is_read_as_far_as_it_is_one() -> None:
    sequences = ["1", " 2.5 of 7", "1234567", "Vol. 3"]
    tracks = [*TRACKS, {"ino": "../3", "duration": 5.0}, {"ino": "4"}, {"ino": "5", "duration": 0}]
    series = [{"name": "A", "sequence": sequence} for sequence in sequences]
    found = present(to_found(book({"tracks": tracks}, series=[*series, {"name": ""}]) | {"addedAt": "x"}, BASE))
    assert (found.added, found.items[0].duration) == (0.0, 90.0)
    assert [shelf.number for shelf in found.shelves] == [1.0, 2.5, 123_456.0, 1e9]
