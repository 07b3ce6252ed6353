"""Logins at the command line: typed in an address, asked for, set, in a list; printed nowhere."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.sources import server
from tests.sources.server import Site, feed, guarded, item
from tui_pod.cli import shared, sync, wishes  # noqa: F401 - imported before anything in `shared` is replaced


@pytest.fixture(autouse=True)
def guarded_feed(site: Site) -> None:
    site.replies["/f"] = guarded(server.body(feed(item(1))))


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Answer questions as a listener does at a terminal: lines, and passwords among them."""
    lines: list[str] = []
    for module in (wishes, shared):
        monkeypatch.setattr(module, "is_someone_there", lambda: True)
    monkeypatch.setattr(shared, "getpass", lambda _: lines.pop(0))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys.stdin, "readline", lambda: lines.pop(0) + "\n", raising=False)
    yield lines
    assert lines == []


def address(site: Site) -> str:
    return site.url("/f").replace("http://", "http://ann:s3cret@")


def test_add_without_a_terminal_says_how_to_give_the_login(site: Site, shell: Shell) -> None:
    assert shell("feeds", "add", site.url("/f"), status=1) == ""
    assert shell.err.endswith("wants a login (401). Give it as https://user:password@…\n")


def test_add_with_a_login_over_http_needs_a_yes(site: Site, shell: Shell, home: Path) -> None:
    shell("feeds", "add", address(site), status=1)
    assert "Add --http-login" in shell.err
    assert "Authorization" not in str(site.asked)
    assert shell("feeds", "add", address(site), "--http-login") == f"{site.url('/f')}\tTest Cast\t1\n"
    shell("feeds", "refresh")
    shown = shell("feeds", "list", "--json") + shell("export") + shell("list", "--json") + shell.err
    assert "s3cret" not in shown
    assert [path.name for path in home.rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()] == [
        "logins.toml"
    ]


def test_add_asks_at_a_terminal_until_the_login_is_right(site: Site, shell: Shell, typed: list[str]) -> None:
    typed += ["y", "ann", "wrong", "y", "ann", "s3cret"]
    assert "Test Cast" in shell("feeds", "add", site.url("/f"))
    assert "does not take this login" in shell.err
    assert "s3cret" not in shell.err


def test_no_to_http_sends_nothing(site: Site, shell: Shell, typed: list[str]) -> None:
    typed += ["n"]
    shell("feeds", "add", address(site), status=1)
    assert shell.err.endswith("Nothing was sent.\n")
    assert "Authorization" not in str(site.asked)


def test_set_keeps_changes_and_forgets_a_login(
    site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell("feeds", "add", address(site), "--http-login")
    site.replies["/f"] = guarded(server.body(feed(item(1))), "bob", "new")
    shell("feeds", "refresh", status=1)
    monkeypatch.setattr(sys, "stdin", io.StringIO("new\n"))
    shell("feeds", "set", "Test Cast", "user=bob")
    shell("feeds", "refresh")
    (tmp_path / "secret").write_text("newer\n")
    site.replies["/f"] = guarded(server.body(feed(item(1))), "bob", "newer")
    shell("feeds", "set", "Test Cast", f"password_command=cat {tmp_path / 'secret'}")
    assert shell.err.endswith("its login is saved.\n")
    shell("feeds", "refresh")
    shell("feeds", "set", "Test Cast", "http_login=perhaps", status=1)
    assert "http_login must be yes or no" in shell.err
    shell("feeds", "set", "Test Cast", "http_login=no")
    assert "its login is saved, but not sent" in shell.err
    shell("feeds", "refresh", status=1)
    shell("feeds", "set", "Test Cast", "user=")
    shell("feeds", "set", "Test Cast", "http_login=yes", status=1)
    assert "give user=NAME" in shell.err


def test_import_keeps_logins_and_asks_once_about_the_own_network(
    site: Site, shell: Shell, tmp_path: Path, typed: list[str]
) -> None:
    file = tmp_path / "list.opml"
    file.write_text(f"<opml><body><outline type='rss' text='A' xmlUrl='{address(site)}'/></body></opml>")
    typed += ["y"]
    shell("import", str(file))
    assert f"1 feed in your own network: 127.0.0.1:{site.server_port}" in shell.err
    shell("feeds", "refresh", status=1)
    assert "wants the login over http" in shell.err
    shell("feeds", "set", "A", "http_login=yes")
    shell("feeds", "refresh")
    shell("import", str(file))
    assert "s3cret" not in shell.err + shell("export")


def test_import_opens_no_way_into_the_own_network_by_itself(site: Site, shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "list.opml"
    file.write_text(f"<opml><body><outline type='rss' text='A' xmlUrl='{site.url('/f')}'/></body></opml>")
    shell("import", str(file))
    assert "They are not fetched. " in shell.err
    shell("feeds", "refresh", status=1)
    assert site.asked == []


def test_password_is_typed_unseen_where_messages_go_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "getpass", lambda _: "s3cret")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert shared.ask_password("Password: ") == "s3cret"
