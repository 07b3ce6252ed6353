"""Logins are kept in a private file, per podcast and server."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tui_pod.net.address import origin
from tui_pod.net.fetch import FetchError
from tui_pod.net.login import Login
from tui_pod.runtime.passwords import PasswordError
from tui_pod.shelf.logins import KeptLogin, Logins


def test_logins_that_others_can_read_or_that_are_damaged_are_not_used_nor_written_over(tmp_path: Path) -> None:
    logins = Logins(tmp_path)
    logins.add("a", Login(("https", "x.org", 443), "ann", "s3cret"))
    logins.file.chmod(0o644)
    with pytest.raises(FetchError, match="chmod 600"):
        logins.of("a")
    logins.file.chmod(0o600)
    logins.file.write_text(content := 'login = [{feed = "s3cret}]')
    with pytest.raises(PasswordError, match="cannot be read") as caught:
        logins.add("b", Login(("https", "x.org", 443), "bob", "x"))
    assert "s3cret" not in str(caught.value)
    assert logins.file.read_text() == content


def test_logins_are_per_podcast_and_server_and_forgotten_with_the_podcast(tmp_path: Path) -> None:
    logins, here, there = Logins(tmp_path), ("https", "x.org", 443), ("https", "y.org", 443)
    for feed_id, server_, user in (("a", here, "1"), ("a", there, "2"), ("b", here, "3"), ("a", here, "4")):
        logins.add(feed_id, Login(server_, user, "x"))
    assert [each.user for each in Logins(tmp_path).of("a")] == ["2", "4"]
    logins.forget_others({"a"})
    assert (len(logins.of("a")), logins.of("b")) == (2, ())
    logins.forget("a")
    assert logins.of("a") == ()


def test_login_in_an_address_never_replaces_the_listeners_but_follows_its_password(tmp_path: Path) -> None:
    logins, here, there = Logins(tmp_path), ("https", "a.org", 443), ("https", "b.org", 443)
    logins.add("f", Login(here, "bea", "own"))
    logins.learn("f", [Login(here, "ann", "one"), Login(there, "ann", "one")])
    logins.learn("f", [Login(there, "ann", "two")])
    assert {(kept.origin, kept.user, kept.password) for kept in logins.kept("f")} == {
        (here, "bea", "own"),
        (there, "ann", "two"),
    }


def test_missing_logins_are_added_and_known_ones_stay(tmp_path: Path) -> None:
    logins = Logins(tmp_path)
    first, second = (Login(origin(f"https://{name}.org/"), "ann", "new") for name in "ab")
    logins.add("one", replace(first, password="old"))
    logins.add_missing({"one": first, "two": second})
    assert [(kept.feed, kept.password) for kept in (*logins.kept("one"), *logins.kept("two"))] == [
        ("one", "old"), ("two", "new"),
    ]  # fmt: skip


HERE = ("https", "x.org", 443)


def test_logins_are_written_as_they_can_be_edited(tmp_path: Path) -> None:
    logins = Logins(tmp_path)
    logins.add("a", Login(HERE, "ann", "s3cret"))
    logins.keep(KeptLogin("b", ("http", "::1", 8080), "bob", password_command="pass x", over_http=True))
    assert tomllib.loads(logins.file.read_text())["login"] == [
        {"feed": "a", "server": "https://x.org:443/", "user": "ann", "password": "s3cret"},
        {"feed": "b", "server": "http://[::1]:8080/", "user": "bob", "password_command": "pass x", "over_http": True},
    ]
    assert [kept.over_http for kept in (*logins.kept("a"), *logins.kept("b"))] == [False, True]
    assert logins.kept("b")[0].origin == ("http", "::1", 8080)


@pytest.mark.parametrize(
    "content",
    ["login = 5", "login = [5]", '[[login]]\nfeed = "a"', '[[login]]\nfeed = "a"\nserver = "ftp://x.org"', ""],
)
def test_table_that_was_edited_wrongly_is_left_out(tmp_path: Path, content: str) -> None:
    logins = Logins(tmp_path)
    logins.file.write_text(content)
    logins.file.chmod(0o600)
    assert logins.of("a") == ()


def test_password_command_runs_once_until_its_password_is_refused(tmp_path: Path) -> None:
    logins, count = Logins(tmp_path), tmp_path / "count"
    logins.keep(KeptLogin("a", HERE, "ann", password_command=f"sh -c 'echo >> {count}; echo s3cret'"))
    for _ in range(2):
        assert (logins.of("a")[0].password, len(count.read_text())) == ("s3cret", 1)
    logins.ask_again()
    assert (logins.of("a")[0].password, len(count.read_text())) == ("s3cret", 2)
    logins.keep(KeptLogin("a", HERE, "ann", password_command="false"))
    with pytest.raises(FetchError) as caught:
        logins.of("a")
    assert caught.value.is_final


def test_feed_teaches_logins_of_twenty_servers_and_new_passwords(tmp_path: Path) -> None:
    logins = Logins(tmp_path)
    logins.learn("a", [Login(("https", f"{n}.org", 443), "ann", "x") for n in range(21)])
    assert len(logins.kept("a")) == 20
    logins.add("b", Login(HERE, "bea", "own", over_http=True))
    logins.learn("b", [Login(HERE, "bea", "new")])
    assert [(kept.password, kept.over_http) for kept in logins.kept("b")] == [("new", True)]
    logins.keep(KeptLogin("c", HERE, "ann", password_command="pass x"))
    logins.learn("c", [Login(HERE, "ann", "other")])
    assert logins.kept("c")[0].password_command == "pass x"


def test_forgetting_what_is_not_there_writes_no_file(tmp_path: Path) -> None:
    logins = Logins(tmp_path)
    logins.forget("a")
    logins.forget_others([])
    logins.add_missing({})
    assert list(tmp_path.glob("*.toml")) == []
