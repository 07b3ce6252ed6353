"""Logins are kept in a private file, per podcast and server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tui_pod.feeds.net.address import origin
from tui_pod.feeds.net.fetch import FetchError
from tui_pod.feeds.net.login import Login
from tui_pod.feeds.store.logins import Logins
from tui_pod.runtime.passwords import PasswordError


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
