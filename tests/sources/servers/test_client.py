"""A server is asked with a token, which is renewed and kept apart from the podcasts."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sources import server
from tests.sources.server import Exchange, Site
from tui_pod.net.fetch import FetchError, LoginWanted
from tui_pod.shelf.published import FeedError
from tui_pod.sources.servers.client import ServerLogin, ask, to_address, to_base, typed_bases
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
    reply = ask(site.url(""), "POST", "/x", data={"q": 1}, headers={"X-One": "1"}).checked()
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
    assert ask(site.url(""), "GET", "/same").checked().data is None
    site.replies["/page"] = server.body("<html>", "text/html")
    with pytest.raises(FeedError, match="network without a login page"):
        ask(site.url(""), "GET", "/page").checked()
    site.replies["/no"] = said({"a": 1}, 403)
    refused = ask(site.url(""), "GET", "/no")
    assert (refused.status, refused.data) == (403, {"a": 1})
    with pytest.raises(FetchError, match="refuses it"):
        refused.checked()


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
