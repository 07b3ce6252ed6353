"""The commands `server add`, `list` and `remove`, and what `doctor` and `sync` say of servers."""

import io
import json
from collections.abc import Callable, Iterator

import pytest

from tests.servers.double import Double, User, serving
from tests.servers.tried import DoubleServer
from tui_pod.cli.main import main

Add = Callable[..., int]


@pytest.fixture
def server() -> Iterator[DoubleServer]:
    double = Double()
    double.users["ann"] = User("ann", "pass word")
    with serving(double) as base:
        yield DoubleServer(base, double)


@pytest.fixture
def add(server: DoubleServer, monkeypatch: pytest.MonkeyPatch) -> Add:
    """Run `server add` with a password typed."""

    def run(password: str = "pass word", address: str = "", *words: str) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        return main(["server", "add", address or server.base.removeprefix("http://"), *(words or ("--user", "ann"))])

    return run


def servers(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    assert main(["server", "list", "--json"]) in (0, None)
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_a_server_is_added_listed_synced_and_removed(
    server: DoubleServer, add: Add, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add() == 0
    assert "libraries: Books and Podcasts" in capsys.readouterr().err
    (listed,) = servers(capsys)
    assert (listed["address"], listed["user"], listed["episodes"], listed["error"]) == (server.base, "ann", 6, None)
    ident = server.ids["Alone"]
    server.double.change(server.double.users["ann"], {"libraryItemId": ident, "currentTime": 4, "duration": 20})
    assert main(["sync", "--json", "--yes"]) == 0
    (received,) = json.loads(capsys.readouterr().out)["received"]
    assert received["position"] == 4
    assert main(["server", "remove", server.base]) in (0, None)
    assert servers(capsys) == []


def test_two_accounts_of_a_server_stand_side_by_side_and_share_no_progress(
    server: DoubleServer, add: Add, capsys: pytest.CaptureFixture[str]
) -> None:
    ann, bob = server.double.users["ann"], User("bob", "word")
    server.double.users["bob"] = bob
    assert add() == 0
    server.double.change(ann, {"libraryItemId": server.ids["Alone"], "currentTime": 4, "duration": 20})
    assert main(["sync", "--yes"]) == 0
    assert add("word", "", "--user", "bob") == 0
    assert [(row["address"], row["user"], row["episodes"]) for row in servers(capsys)] == [
        (server.base, "ann", 6),
        (server.base, "bob", 6),
    ]
    assert main(["sync", "--json"]) == 1  # bob's progress is not taken or sent unasked
    name = server.base.removeprefix("http://")
    assert json.loads(capsys.readouterr().out)["first"] == [f"{name} (bob)"]
    assert main(["sync", "--yes"]) == 0
    assert (len(ann.progress), bob.progress) == (1, {})
    server.double.change(bob, {"libraryItemId": server.ids["Alone"], "currentTime": 9, "duration": 20})
    assert main(["sync"]) == 0
    (there,) = ann.progress.values()
    assert there["currentTime"] == 4
    assert main(["server", "remove", server.base]) == 1
    assert "name one with --user" in capsys.readouterr().err
    assert main(["server", "remove", server.base, "--user", "ann"]) == 0
    assert add("word", "", "--user", "bob") == 0  # whose account the other was is remembered
    assert [row["user"] for row in servers(capsys)] == ["bob"]
    assert add() == 0
    assert [row["user"] for row in servers(capsys)] == ["ann", "bob"]
    assert main(["sync"]) == 0
    assert [len(user.progress) for user in (ann, bob)] == [1, 1]


def test_a_server_under_another_address_is_the_same_one(
    server: DoubleServer, add: Add, capsys: pytest.CaptureFixture[str]
) -> None:
    server.double.users["bob"] = User("bob", "word")
    assert add() == add("word", "", "--user", "bob") == 0
    with serving(server.double) as other:
        assert add("pass word", other) == 0
        assert f"the server that you added as {server.base}" in capsys.readouterr().err
        assert add("pass word", other) == add("word", other, "--user", "bob") == 0
        assert [(row["address"], row["user"], row["episodes"], row["error"]) for row in servers(capsys)] == [
            (other, "ann", 6, None),
            (other, "bob", 6, None),
        ]
        assert main(["list", "--json"]) in (0, None)
        heard = [each for each in json.loads(capsys.readouterr().out) if (each["audio"] or "").startswith("http")]
        assert len(heard) == 12
        assert all(each["audio"].startswith(other) for each in heard)
        assert main(["sync", "--yes"]) == main(["server", "remove", other, "--user", "bob"]) == 0
        assert add("word", other, "--user", "bob") == main(["feeds", "refresh"]) == main(["sync"]) == 0
    assert add() == 0  # and back
    assert [row["address"] for row in servers(capsys)] == [server.base, other]


@pytest.mark.parametrize(
    ("password", "address", "words", "said"),
    [
        ("wrong", "", ("--user", "ann"), "does not take this login"),
        ("wrong", "", ("--api-key",), "does not take this login"),
        ("", "", ("--user", "ann"), "no login was given"),
        ("pass word", "http://books.example.org", ("--user", "ann"), "needs https"),
        ("pass word", "another kind", ("--user", "ann"), "other than data"),
    ],
)
def test_a_login_that_is_rejected_or_not_sent_adds_nothing(
    server: DoubleServer,
    add: Add,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    password: str,
    address: str,
    words: tuple[str, ...],
    said: str,
) -> None:
    if address == "another kind":
        server.double.answers["/"] = lambda request: request.say(200, "<html>Hello</html>")
    elif address:
        monkeypatch.setattr("tui_pod.sources.servers.source.is_private", lambda _: False)
    assert add(password, "" if address == "another kind" else address, *words) == 1
    assert said in capsys.readouterr().err
    assert servers(capsys) == []


def test_doctor_says_whether_a_server_answers(
    server: DoubleServer, add: Add, capsys: pytest.CaptureFixture[str]
) -> None:
    add()
    main(["--ao", "null", "doctor"])
    assert f"sources    {server.base}: libraries: 2" in capsys.readouterr().out
    server.double.answers["/"] = lambda request: request.say(503, "")
    main(["--ao", "null", "doctor"])
    assert "FAIL  sources" in capsys.readouterr().out


def test_podcast_or_what_is_not_there_is_no_server(
    server: DoubleServer, add: Add, capsys: pytest.CaptureFixture[str]
) -> None:
    add()
    for name in ("books.example.org", "Nothing"):
        assert main(["server", "remove", name]) == 1
        assert f"no server {name}. See: tui-pod server list" in capsys.readouterr().err
    assert len(servers(capsys)) == 1
    assert main(["server", "list"]) == 0
    address, user, episodes, _, error = capsys.readouterr().out.rstrip("\n").split("\t")
    assert (address, user, episodes, error) == (server.base, "ann", "6", "")
