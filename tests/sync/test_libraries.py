"""What a sync takes from a server with libraries, and what it sends, over an account that a test describes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.progress import PlayedRule, Progress
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.net.address import origin
from tui_pod.net.fetch import FetchError
from tui_pod.net.json_client import Reply
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.logins import KeptLogin
from tui_pod.shelf.match import episode_id
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.sources.servers.client import to_address
from tui_pod.sources.table import servers
from tui_pod.state.store import StateFile
from tui_pod.sync import libraries
from tui_pod.sync.folder import SyncError
from tui_pod.sync.libraries import LibrarySync, has_news, memory_of_servers
from tui_pod.sync.memory import read_json, write_json
from tui_pod.sync.run import SyncResult

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR_AGO = NOW - timedelta(hours=1)
BASE = "https://books.example.org"
SERVER = to_address(BASE)
BOOK, TALK = episode_id(SERVER, "b1"), episode_id(SERVER, "p1/e1")
LENGTH = 1000.0


def stamp(time: datetime) -> int:
    return round(time.timestamp() * 1000)


class Account:
    """An account on a server with a book and an episode of a podcast, and a machine that syncs with it."""

    def __init__(self, home: Path) -> None:
        self.progress: list[dict[str, Any]] = []
        self.bookmarks: list[Any] = []
        self.sent: list[tuple[str, str, Any]] = []
        self.statuses: dict[str, int] = {}
        """The statuses that methods are answered with, if it is not 200."""
        self.answer: Any = None
        """What is told instead of progress and bookmarks."""
        self.file = StateFile(home / "state.toml")
        self.store = FeedStore(home / "data")
        self.store.subscribe([Entry(SERVER, "Server")])
        self.store.logins.keep(KeptLogin(SERVER, origin(f"{BASE}/"), "ann", "secret"))
        items = (PublishedItem("b1", "Emma", duration=LENGTH), PublishedItem("p1/e1", "Talk", duration=LENGTH))
        self.store.store(SERVER, Published("Server", items))
        self.memory = memory_of_servers(self.file.path)

    def ask(self, base: str, method: str, path: str, data: Any = None, **_: object) -> Reply:
        """Stand for `net.json_client.ask`."""
        assert base == BASE
        if method == "GET":
            told = {"mediaProgress": self.progress, "bookmarks": self.bookmarks}
            return Reply(200, told if self.answer is None else self.answer, "", None)
        self.sent.append((method, path, data))
        status = self.statuses.get(method, 200)
        if method == "PATCH" and path.endswith("/batch/update") and status == 200:
            self.progress += data
        return Reply(status, None, "", FetchError(f"Answer {status}.") if status >= 400 else None)

    def there(self, position: float = 0.0, time: datetime = HOUR_AGO, **more: Any) -> None:
        """Have progress of the book on the server."""
        entry = {"libraryItemId": "b1", "currentTime": position, "lastUpdate": stamp(time), "duration": LENGTH}
        self.progress.append({**entry, "isFinished": False, **more})

    def here(self, position: float = 0.0, time: datetime = HOUR_AGO, ident: str = BOOK, **more: Any) -> None:
        """Have progress on this machine."""
        self.file.append([ProgressRecord(ident, Progress(time, position, **more))])

    def sync(self, is_dry: bool = False) -> SyncResult:
        (feed,) = servers(self.store)
        return LibrarySync(self.store, feed, PlayedRule()).run(self.file, self.file.load(), NOW, is_dry)

    @property
    def payloads(self) -> list[dict[str, Any]]:
        """The changes of progress that were sent."""
        return [entry for method, path, data in self.sent if path.endswith("/batch/update") for entry in data]


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    account = Account(tmp_path)
    monkeypatch.setattr(libraries, "ask", account.ask)
    yield account
    account.store.db.close()


# -- progress that is taken ------------------------------------------------------------------------------------


def test_progress_of_a_server_is_taken_with_its_time_and_saved(account: Account) -> None:
    account.there(125.5)
    account.progress.append({**account.progress[0], "libraryItemId": "p1", "episodeId": "e1", "currentTime": 7})
    account.progress.append({**account.progress[0], "libraryItemId": "unknown"})
    result = account.sync()
    taken = Progress(HOUR_AGO, 125.5, LENGTH, listened=HOUR_AGO, origin="Server")
    assert result.received == {BOOK: taken, TALK: taken._replace(position=7.0)}
    assert account.file.load().progress == result.received
    assert (account.sent, account.sync().received) == ([], {})


@pytest.mark.parametrize(
    ("mine", "position", "finished"),
    [
        (Progress(HOUR_AGO, 5.0), 125.5, False),
        (Progress(HOUR_AGO + timedelta(minutes=1), 5.0), 125.5, False),
        (Progress(HOUR_AGO - timedelta(minutes=1), 125.505), 125.5, False),
        (Progress(HOUR_AGO - timedelta(minutes=1), played=True), 0.0, True),
        (Progress(HOUR_AGO - timedelta(minutes=1)), 0.9, False),
        (None, 0.0, False),
    ],
)
def test_progress_that_is_not_newer_or_not_another_is_left(
    account: Account, mine: Progress | None, position: float, finished: bool
) -> None:
    if mine is not None:
        account.file.append([ProgressRecord(BOOK, mine)])
    account.there(position, isFinished=finished)
    assert account.sync().received == {}


def test_position_differs_from_a_hundredth_of_a_second_on_and_from_that_of_what_was_played(account: Account) -> None:
    before = HOUR_AGO - timedelta(minutes=1)
    account.here(125.51, before)
    account.here(7.0, before, TALK, played=True, plays=2)
    account.there(125.5)
    account.progress.append({**account.progress[0], "libraryItemId": "p1", "episodeId": "e1", "currentTime": 7})
    received = account.sync().received
    assert (received[BOOK].position, received[TALK].position) == (125.5, 7.0)
    assert (received[TALK].played, received[TALK].plays) == (False, 2)


@pytest.mark.parametrize(("plays", "counted"), [(0, 1), (3, 3)])
@pytest.mark.parametrize(("position", "finished"), [(5.0, True), (LENGTH - 10, False)])
def test_progress_at_the_end_or_finished_marks_as_played(
    account: Account, position: float, finished: bool, plays: int, counted: int
) -> None:
    account.here(3.0, HOUR_AGO - timedelta(days=1), plays=plays)
    account.there(position, isFinished=finished)
    (taken,) = account.sync().received.values()
    assert (taken.played, taken.plays, taken.listened, taken.updated) == (True, counted, HOUR_AGO, HOUR_AGO)


def test_progress_at_the_start_marks_as_unplayed(account: Account) -> None:
    account.here(3.0, HOUR_AGO - timedelta(days=1))
    account.there(0.9)
    (taken,) = account.sync().received.values()
    assert (taken.position, taken.played, taken.updated) == (0.0, False, HOUR_AGO)


def test_length_here_is_kept_and_one_that_is_unknown_is_taken(account: Account) -> None:
    account.here(3.0, HOUR_AGO - timedelta(days=1), duration=900.0)
    account.there(125.5)
    account.progress.append({**account.progress[0], "libraryItemId": "p1", "episodeId": "e1", "duration": 0})
    received = account.sync().received
    assert (received[BOOK].duration, received[TALK].duration) == (900.0, None)


@pytest.mark.parametrize("order", [1, -1])
def test_newer_of_two_entries_of_an_episode_is_taken(account: Account, order: int) -> None:
    account.there(1.5, HOUR_AGO - timedelta(minutes=5))
    account.there(125.5)
    account.there(130.5)  # of the same time: the first one
    if order < 0:
        account.progress = [account.progress[1], account.progress[0]]
    assert account.sync().received[BOOK].position == 125.5


@pytest.mark.parametrize(
    "change",
    [{"libraryItemId": "a/b"}, {"currentTime": None}, {"currentTime": -1}, {"lastUpdate": None}, {"lastUpdate": 0}],
)
def test_entry_without_id_position_or_time_is_ignored(account: Account, change: dict[str, Any]) -> None:
    account.there(125.5, **change)
    assert account.sync().received == {}


@pytest.mark.parametrize("time", [stamp(NOW + timedelta(days=3)), 1e15])
def test_time_that_is_not_believed_never_wins(account: Account, time: float) -> None:
    account.there(125.5, lastUpdate=time)
    assert account.sync().received[BOOK].updated == NOW  # it was unknown here
    account.here(3.0, HOUR_AGO)
    account.sync()
    assert account.file.load().progress[BOOK].position == 125.5


@pytest.mark.parametrize("answer", [[], {}, {"mediaProgress": None}, {"mediaProgress": {}}])
def test_answer_of_another_shape_is_an_error_that_names_the_server(account: Account, answer: object) -> None:
    account.answer = answer
    with pytest.raises(SyncError, match=f"{BASE}: The server's answer about your progress cannot be read"):
        account.sync()


@pytest.mark.parametrize("is_offline", [False, True])
def test_server_that_does_not_answer_is_an_error(
    account: Account, monkeypatch: pytest.MonkeyPatch, is_offline: bool
) -> None:
    def fail(*_: object, **__: object) -> Reply:
        raise FetchError("No answer.", is_offline=is_offline)

    monkeypatch.setattr(libraries, "ask", fail)
    with pytest.raises(SyncError, match=r"No answer\.") as caught:
        account.sync()
    assert caught.value.is_offline is is_offline
    assert not has_news(account.store, account.file.path)


# -- progress that is sent -------------------------------------------------------------------------------------

SENT = {"libraryItemId": "b1", "lastUpdate": stamp(HOUR_AGO), "isFinished": False, "duration": LENGTH}


@pytest.mark.parametrize(
    ("progress", "payload"),
    [
        ({"position": 250.0}, {"currentTime": 250.0, "progress": 0.25, "markAsFinishedTimeRemaining": 0}),
        ({"position": 1200.0}, {"currentTime": LENGTH, "progress": 1.0, "markAsFinishedTimeRemaining": 0}),
        (
            {"position": 250.0, "duration": 500.0},
            {"currentTime": 250.0, "progress": 0.5, "duration": 500.0, "markAsFinishedTimeRemaining": 0},
        ),
        ({"played": True}, {"isFinished": True, "finishedAt": stamp(HOUR_AGO), "progress": 1, "currentTime": LENGTH}),
    ],
)
def test_progress_is_sent_as_the_server_has_it(
    account: Account, progress: dict[str, Any], payload: dict[str, Any]
) -> None:
    account.here(**progress)
    result = account.sync()
    assert account.payloads == [{**SENT, **payload}] * 2  # it ignores the time of the first
    assert (result.sent, result.notices, result.received) == (1, [], {})


@pytest.mark.parametrize(
    ("progress", "payload"),
    [
        ({"position": 250.0}, {"currentTime": 250.0, "progress": 0, "markAsFinishedTimeRemaining": 0}),
        ({"played": True}, {"isFinished": True, "finishedAt": stamp(HOUR_AGO), "progress": 1}),
    ],
)
def test_progress_of_an_unknown_length_is_sent_without_one(
    account: Account, progress: dict[str, Any], payload: dict[str, Any]
) -> None:
    items = (PublishedItem("b1", "Emma"), PublishedItem("p1/e1", "Talk"))
    account.store.store(SERVER, Published("Server", items))
    account.here(**progress)
    account.here(ident=TALK, **progress)
    account.sync()
    sent = {key: value for key, value in {**SENT, **payload}.items() if key != "duration"}
    talk = {**sent, "libraryItemId": "p1", "episodeId": "e1"}
    assert account.payloads == [sent, sent, talk, talk]


@pytest.mark.parametrize(("finished", "played", "times"), [(False, False, 1), (True, True, 1), (True, False, 2)])
def test_progress_is_sent_once_where_the_server_has_the_same_mark(
    account: Account, finished: bool, played: bool, times: int
) -> None:
    account.there(5.0, HOUR_AGO - timedelta(minutes=1), isFinished=finished)
    account.here(250.0, played=played)
    account.sync()
    assert len(account.payloads) == times


def test_only_what_is_newer_is_sent_and_nothing_is_taken_back_that_the_server_lacks(account: Account) -> None:
    account.there(5.0)
    account.here(5.0)
    account.here(0.0, ident=TALK)
    assert account.sync().sent == 0
    account.here(0.0, HOUR_AGO + timedelta(milliseconds=1))
    assert account.sync().sent == 1  # the server has it, so it is taken back


def test_newest_changes_are_sent_first_up_to_a_limit(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "MAX_CHANGES", 1)
    monkeypatch.setattr(libraries, "MAX_BOOKMARKS", 1)
    account.file.append([mark(note="mine"), mark(30.0, "mine")])
    account.here(250.0, HOUR_AGO - timedelta(minutes=1))
    account.here(250.0, HOUR_AGO, TALK)
    for item in ("p1", "b1"):
        account.sent.clear()
        assert account.sync().sent == 1
        assert {payload["libraryItemId"] for payload in account.payloads} == {item}
        assert [method for method, _, _ in account.sent].count("POST") == 1
    assert account.sync().sent == 0


def test_changes_are_sent_in_parts(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "AT_ONCE", 3)
    account.here(250.0)
    account.here(250.0, ident=TALK)
    assert account.sync().sent == 2
    assert [len(data) for _, _, data in account.sent] == [3, 1]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_changes_that_a_server_refuses_are_told_and_sent_again(account: Account, status: int) -> None:
    account.here(250.0)
    account.statuses["PATCH"] = status
    result = account.sync()
    assert (result.sent, result.notices) == (0, ["The server refused 1 of 1 changes; they are sent again."])
    account.statuses.clear()
    assert account.sync().sent == 1


@pytest.mark.parametrize(("method", "status"), [("PATCH", 401), ("PATCH", 404), ("PATCH", 500), ("POST", 500)])
def test_other_answers_to_progress_and_bookmarks_are_errors(account: Account, method: str, status: int) -> None:
    account.here(250.0)
    account.file.append([mark(note="mine")])
    account.statuses[method] = status
    with pytest.raises(SyncError, match=f"Answer {status}"):
        account.sync()


def test_dry_sync_tells_what_would_be_done_and_changes_nothing(account: Account) -> None:
    account.there(125.5)
    account.bookmarks = [{"libraryItemId": "b1", "time": 5, "title": "theirs", "createdAt": stamp(HOUR_AGO)}]
    account.here(250.0, ident=TALK)
    account.file.append([mark(30.0, "mine")])
    result = account.sync(is_dry=True)
    assert (list(result.received), result.sent) == ([BOOK], 1)
    assert (len(result.received_notebook.bookmarks), len(result.sent_notebook.bookmarks)) == (1, 1)
    assert (account.sent, list(account.file.load().progress), account.memory.exists()) == ([], [TALK], False)


# -- news ------------------------------------------------------------------------------------------------------


def test_server_has_news_until_they_are_synced(account: Account) -> None:
    assert not has_news(account.store, account.file.path)  # the first sync is not done unasked
    for position in (None, 5.0):
        if position is not None:
            account.there(position)
            account.bookmarks.append({"time": 1})
        account.sync()
        assert not has_news(account.store, account.file.path)
    account.there(7.0)
    assert has_news(account.store, account.file.path)
    account.memory.write_text("[]")
    assert not has_news(account.store, account.file.path)


def test_what_is_remembered_is_written_only_if_it_changed_and_beside_that_of_other_servers(account: Account) -> None:
    write_json(account.memory, {"other": {"seen": "x"}, "damaged": 7})
    account.sync()
    assert set(read_json(account.memory)) == {"other", SERVER}
    account.memory.touch()
    before = account.memory.stat().st_ino
    account.sync()
    assert account.memory.stat().st_ino == before


# -- bookmarks -------------------------------------------------------------------------------------------------


def mark(start: float = 5.0, note: str = "", updated: datetime = HOUR_AGO, **more: Any) -> Bookmark:
    return Bookmark(BOOK, start, start + 9.0, updated, updated, note=note, title="Emma", **more)


def settle(account: Account, mine: Bookmark | None, there: dict[str, Any] | None, both: str | None) -> SyncResult:
    """Sync one bookmark at five seconds, after a sync in which both had one of the title `both`."""
    account.there(3.0, NOW - timedelta(days=9))  # so that the account is no new one
    account.here(3.0, NOW - timedelta(days=9))
    if mine is not None:
        account.file.append([mine])
    if there is not None:
        account.bookmarks = [{"libraryItemId": "b1", "time": 5, **there}]
    if both is not None:
        write_json(account.memory, {SERVER: {"seen": "", "bookmarks": [["b1", 5.0, both]]}})
    return account.sync()


OLDER, NEWER = stamp(HOUR_AGO - timedelta(minutes=1)), stamp(HOUR_AGO + timedelta(minutes=1))


@pytest.mark.parametrize("both", [None, "theirs"])
def test_bookmark_of_a_server_is_taken(account: Account, both: str | None) -> None:
    result = settle(account, None, {"title": "theirs", "createdAt": OLDER}, both)
    created = HOUR_AGO - timedelta(minutes=1)
    taken = Bookmark(BOOK, 5.0, 35.0, created, NOW, note="theirs", title="Emma")
    assert result.received_notebook.bookmarks == (taken,)
    assert account.file.load().notebook.bookmarks == (taken,)
    assert account.sent == []


PATH = "/api/me/item/b1/bookmark"


@pytest.mark.parametrize(
    ("mine", "there", "both", "sent"),
    [
        (mark(note="mine"), None, None, ("POST", PATH, {"time": 5.0, "title": "mine"})),
        (mark(note="mine"), None, "former", ("POST", PATH, {"time": 5.0, "title": "mine"})),
        (mark(), None, None, ("POST", PATH, {"time": 5.0, "title": "0:05"})),
        (mark(note="x" * 400), None, None, ("POST", PATH, {"time": 5.0, "title": f"{'x' * 299}…"})),
        (mark(text="said"), None, None, ("POST", PATH, {"time": 5.0, "title": "said"})),
        (mark(note="mine"), ("theirs", OLDER), "theirs", ("PATCH", PATH, {"time": 5, "title": "mine"})),
        (mark(note="mine"), ("theirs", stamp(HOUR_AGO)), None, ("PATCH", PATH, {"time": 5, "title": "mine"})),
        (mark().removed(HOUR_AGO), ("theirs", NEWER), "theirs", ("DELETE", f"{PATH}/5", None)),
        (mark().removed(HOUR_AGO), ("theirs", stamp(HOUR_AGO)), None, ("DELETE", f"{PATH}/5", None)),
    ],
)
def test_bookmark_that_changed_here_is_sent(
    account: Account, mine: Bookmark, there: tuple[str, int] | None, both: str | None, sent: tuple[str, str, object]
) -> None:
    told = {"title": there[0], "createdAt": there[1]} if there else None
    result = settle(account, mine, told, both)
    assert account.sent == [sent]
    assert (result.sent_notebook.bookmarks, result.received_notebook.bookmarks) == ((mine,), ())


@pytest.mark.parametrize(
    ("mine", "there", "both", "note", "is_removed"),
    [
        (mark(note="mine"), None, "mine", "mine", True),
        (mark(note="mine"), ("theirs", OLDER), "former", "theirs", False),
        (mark(note="mine"), ("theirs", NEWER), None, "theirs", False),
        (mark().removed(HOUR_AGO), ("theirs", NEWER), None, "theirs", False),
    ],
)
def test_bookmark_that_changed_there_is_taken(
    account: Account, mine: Bookmark, there: tuple[str, int] | None, both: str | None, note: str, is_removed: bool
) -> None:
    result = settle(account, mine, {"title": there[0], "createdAt": there[1]} if there else None, both)
    assert account.sent == []
    (taken,) = result.received_notebook.bookmarks
    assert (taken.start, taken.is_removed, taken.updated) == (5.0, is_removed, NOW)
    assert is_removed or taken.note == note


@pytest.mark.parametrize(
    ("mine", "there"), [(mark(note="same"), "same"), (mark().removed(HOUR_AGO), None), (mark(text="same"), "same")]
)
def test_bookmark_that_both_have_or_neither_is_left(account: Account, mine: Bookmark, there: str | None) -> None:
    result = settle(account, mine, None if there is None else {"title": there}, None)
    assert (account.sent, result.has_changed) == ([], False)


def test_account_that_lost_everything_removes_no_bookmark_here(account: Account) -> None:
    account.file.append([mark(note="mine")])
    write_json(account.memory, {SERVER: {"seen": "", "bookmarks": [["b1", 5.0, "mine"]]}})
    account.sync()
    assert [method for method, _, _ in account.sent] == ["POST"]


@pytest.mark.parametrize("rows", [None, 7, [["b1", "5", "mine"]], [["b1", 5.0]], [7]])
def test_damaged_memory_of_bookmarks_removes_nothing(account: Account, rows: object) -> None:
    write_json(account.memory, {SERVER: {"seen": "", "bookmarks": rows}})
    account.here(250.0)
    account.there(3.0, HOUR_AGO - timedelta(days=1))
    account.file.append([mark(note="mine")])
    account.sync()
    assert ("POST", PATH, {"time": 5.0, "title": "mine"}) in account.sent


def test_bookmarks_that_both_have_are_remembered(account: Account) -> None:
    account.bookmarks = [
        {"libraryItemId": "b1", "time": 5, "title": "one"}, {"libraryItemId": "other", "time": 7, "title": "two"},
        {"libraryItemId": "b1", "time": True}, {"libraryItemId": "b1", "time": None}, {"time": 7}, 7,
    ]  # fmt: skip
    account.sync()
    assert read_json(account.memory)[SERVER]["bookmarks"] == [["b1", 5.0, "one"]]


def test_bookmark_of_a_podcast_stays_here(account: Account) -> None:
    account.file.append([mark(note="mine")._replace(episode=TALK)])
    assert not account.sync().has_changed
    account.bookmarks = [{"libraryItemId": "e1", "time": 7, "title": "two"}]
    assert not account.sync().has_changed


@pytest.mark.parametrize(("status", "refused"), [(400, 2), (403, 2), (422, 2), (404, 0)])
def test_bookmarks_that_a_server_refuses_are_counted_unless_they_are_gone(
    account: Account, status: int, refused: int
) -> None:
    account.file.append([mark(note="mine"), mark(30.0, "mine")])
    account.statuses["POST"] = status
    said = f"The server refused {refused} of 2 changes; they are sent again."
    assert account.sync().notices == ([said] if refused else [])
