"""A listener's machines and a server: the same tests for the double and, by hand, for a real one (see `tried`)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.present import present
from tests.servers.library import PODCAST, Book, sound
from tests.servers.machine import Machine
from tests.servers.tried import Client, TriedServer
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.progress import Progress
from tui_pod.net.address import origin
from tui_pod.net.fetch import Limits, Request, fetch
from tui_pod.sources.opened import Podcasts
from tui_pod.sources.table import source_of
from tui_pod.sync.libraries import end_session, open_session

Machines = Callable[[str], Machine]


def now() -> datetime:
    """Return the time with the precision of servers."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def ago(**much: float) -> datetime:
    return now() - timedelta(**much)


def topic_title(key: str) -> str:
    """Return what a topic is called, by its key."""
    return next(part for part in reversed(key.split("\0")) if not part.startswith("feed:"))


def milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)


@pytest.fixture
def one(machines: Machines) -> Machine:
    """A machine that has the library of the server."""
    one = machines("one")
    one.refresh()
    return one


def test_libraries_series_and_podcasts_are_topics(server: TriedServer, machines: Machines) -> None:
    machine = machines("one")
    result = machine.refresh()
    assert (result.error, result.new) == (None, 6)
    found = machine.episodes()
    assert {"Alone", "Many Files", "First", "Second", "One", "Two"} <= found.keys()
    assert found["Alone"].duration == 20
    assert found["Alone"].parts == ()
    assert found["Many Files"].duration == 60
    assert [(part.start, part.duration) for part in found["Many Files"].parts] == [(0, 20), (20, 30), (50, 10)]
    assert "Ann Author" in found["First"].summary
    assert "Saga #9" in found["First"].summary
    topics = {topic_title(topic.name): topic for topic in machine.library().topics}
    assert {"Server", "Books", "Podcasts", "Saga", PODCAST.title} <= topics.keys()
    assert topics["Saga"].episodes == (found["First"].id, found["Second"].id)
    assert topics[PODCAST.title].episodes == ()


def test_a_refresh_takes_only_what_has_changed(server: TriedServer, one: Machine) -> None:
    again = one.refresh()
    assert (again.error, again.new, again.has_changed) == (None, 0, False)
    ident = server.add_book(Book("Late", (20.0,)))
    assert one.refresh().new == 1
    server.rename(ident, "Later")
    changed = one.refresh()
    assert (changed.new, changed.has_changed) == (0, True)
    assert "Later" in one.episodes()
    server.remove(ident)
    assert one.refresh().has_changed
    assert "Later" not in one.episodes()
    assert not one.refresh().has_changed


def test_collections_are_topics_in_their_order(server: TriedServer, machines: Machines) -> None:
    machine = machines("one")
    server.collect("Favourites", [server.ids["Second"], server.ids["Alone"]])
    machine.refresh()
    found = machine.episodes()
    topic = next(t for t in machine.library().topics if topic_title(t.name) == "Favourites")
    assert topic.episodes == (found["Second"].id, found["Alone"].id)


def test_recordings_are_fetched_with_the_login(server: TriedServer, one: Machine) -> None:
    episode = one.episodes()["Alone"]
    assert episode.audio is not None
    details = present(one.store.details(episode.id))
    logins = source_of(details.feed).logins(one.store, details.feed)
    request = Request(episode.audio, frozenset((logins[0].origin,)), {"Range": "bytes=1000-1999"}, logins=logins)
    response, content = fetch(request, Limits(10_000_000, 30.0))
    assert response.status == 206
    assert content == sound(20)[1000:2000]


def test_each_file_of_a_book_is_its_own_recording(server: TriedServer, one: Machine) -> None:
    podcasts = Podcasts(one.home / "data", one.home / "cache", 10_000_000)
    feed = present(podcasts.store.find(one.feed_id))
    podcasts.store.set_private_origin(feed.feed_id, origin(f"{server.base}/"))
    book = one.episodes()["Many Files"]
    for part in (*book.parts, *book.parts):
        source = podcasts.audio.source(book._replace(audio=part.audio, duration=part.duration, parts=()))
        content = bytearray(2_000_000)
        if source.remote is None:  # all of it is here by now
            found = Path(source.location).read_bytes()
        else:
            reader, size = source.remote.open(), 0
            while count := reader.read_into(memoryview(content)[size:], size):
                size += count
            reader.close()
            found = bytes(content[:size])
        assert found == sound(part.duration)
    assert podcasts.audio.local_file(book) is None
    podcasts.streams.close()
    podcasts.store.db.close()


def test_a_book_of_many_files_is_one_download(server: TriedServer, one: Machine) -> None:
    podcasts = Podcasts(one.home / "data", one.home / "cache", 10_000_000)
    podcasts.store.set_private_origin(one.feed_id, origin(f"{server.base}/"))
    book = one.episodes()["Many Files"]
    request = present(podcasts.audio.download_request(book))
    told: list[int] = []
    podcasts.downloads.fetch(request, lambda done, _: told.append(done))
    assert told == sorted(told)

    def recordings() -> list[bytes | None]:
        found = [
            podcasts.audio.local_file(book._replace(audio=part.audio, duration=part.duration, parts=()))
            for part in book.parts
        ]
        return [path.read_bytes() if path is not None else None for path in found]

    whole = [sound(part.duration) for part in book.parts]
    assert recordings() == whole
    (download,) = podcasts.downloads.all()
    assert (download.episode, download.size) == (book.id, sum(map(len, whole)))
    assert podcasts.downloads.remove(book.id)
    assert recordings() == [None] * 3
    assert podcasts.downloads.restore(book.id)
    assert recordings() == whole
    assert podcasts.downloads.delete(book.id)
    assert [path.name for path in (one.home / "data" / "downloads").rglob("*") if path.is_file()] == ["lock"]
    podcasts.streams.close()
    podcasts.store.db.close()


def test_a_token_that_is_no_longer_valid_is_renewed(server: TriedServer, one: Machine) -> None:
    tokens = one.home / "data" / "server-tokens.json"
    tokens.write_text(tokens.read_text().replace('["', '["expired'))
    assert one.sync().error is None
    tokens.write_text("{}")  # lost: the password is sent again
    assert one.sync().error is None


def test_a_wrong_password_is_an_error_and_loses_nothing(server: TriedServer, one: Machine) -> None:
    (kept,) = one.store.logins.kept(one.feed_id)
    one.store.logins.keep(kept._replace(password="wrong"))
    (one.home / "data" / "server-tokens.json").write_text("{}")
    assert "does not take this login" in str(one.refresh().error)
    assert len(one.episodes()) >= 6


def test_progress_goes_both_ways_with_its_time(server: TriedServer, machines: Machines, web: Client) -> None:
    one, two = machines("one"), machines("two")
    one.refresh()
    two.refresh()
    listened = ago(hours=30)
    one.put("Many Files", Progress(listened, 31.25, 60.0))
    one.put("Alone", Progress(ago(hours=1), 14.0, 20.0))  # the server's own rule: less than ten seconds are finished
    one.put("One", Progress(ago(hours=1), 3.5, 20.0))
    one.put("Two", Progress(ago(hours=1), played=True, plays=1))
    result = one.sync()
    assert (result.sent, result.error, result.notices) == (4, None, [])
    near = present(web.progress(server.ids["Alone"]))
    assert (near["isFinished"], near["currentTime"]) == (False, 14.0)
    there = present(web.progress(server.ids["Many Files"]))
    assert (there["currentTime"], there["isFinished"], there["lastUpdate"]) == (31.25, False, milliseconds(listened))
    assert len(two.sync().received) == 4
    here, first, second = (two.progress(title) for title in ("Many Files", "One", "Two"))
    assert here is not None
    assert first is not None
    assert second is not None
    assert (here.position, here.updated, first.position, second.played) == (31.25, listened, 3.5, True)
    for machine in (one, two):  # nothing goes back and forth
        quiet = machine.sync()
        assert (quiet.sent, quiet.received) == (0, {})


def test_what_was_heard_elsewhere_later_wins(server: TriedServer, one: Machine, web: Client) -> None:
    path = f"/api/me/progress/{server.ids['Alone']}"
    web.ask("PATCH", path, {"currentTime": 4, "duration": 20})
    one.put("Alone", Progress(ago(days=1), 9.0, 20.0))  # offline for a day
    assert len(one.sync().received) == 1
    here = present(one.progress("Alone"))
    assert here.position == 4.0
    later = now() + timedelta(seconds=2)
    one.put("Alone", Progress(later, 7.5, 20.0))
    assert one.sync().sent == 1
    there = present(web.progress(server.ids["Alone"]))
    assert (there["currentTime"], there["lastUpdate"]) == (7.5, milliseconds(later))


def test_finished_and_unfinished_go_both_ways(server: TriedServer, one: Machine, web: Client) -> None:
    ident = server.ids["Alone"]
    one.put("Alone", Progress(ago(hours=3), played=True, plays=1, duration=20.0))
    one.sync()
    there = present(web.progress(ident))
    assert there["isFinished"]
    one.put("Alone", Progress(ago(hours=2), 6.0, 20.0))  # heard once more: the position comes with it
    one.sync()
    there = present(web.progress(ident))
    assert (there["isFinished"], there["currentTime"]) == (False, 6.0)
    web.ask("PATCH", f"/api/me/progress/{ident}", {"isFinished": True})
    one.sync()
    here = present(one.progress("Alone"))
    assert here.played
    web.ask("PATCH", f"/api/me/progress/{ident}", {"isFinished": False})
    one.sync()
    here = present(one.progress("Alone"))
    assert (here.played, here.position) == (False, 0.0)
    one.put("Alone", Progress(now() + timedelta(seconds=1), played=True, duration=20.0))
    one.sync()
    one.put("Alone", Progress(now() + timedelta(seconds=2), 0.0, 20.0))  # marked as unplayed
    one.sync()
    there = present(web.progress(ident))
    assert (there["isFinished"], there["currentTime"]) == (False, 0)


def test_times_that_cannot_be_do_not_win(server: TriedServer, one: Machine, web: Client) -> None:
    path = f"/api/me/progress/{server.ids['Alone']}"
    far = milliseconds(now() + timedelta(days=4000))
    for _ in range(2):
        web.ask("PATCH", path, {"currentTime": 2, "duration": 20, "lastUpdate": far, "markAsFinishedTimeRemaining": 0})
    one.put("Alone", Progress(ago(hours=1), 8.0, 20.0))
    one.sync()
    here, there = one.progress("Alone"), web.progress(server.ids["Alone"])
    assert here is not None
    assert there is not None
    assert (here.position, there["currentTime"]) == (8.0, 8.0)
    assert there["lastUpdate"] == milliseconds(here.updated)


def test_a_clock_that_was_fast_here_wins_once(server: TriedServer, one: Machine, web: Client) -> None:
    one.put("Alone", Progress(now() + timedelta(days=10), 8.0, 20.0))
    assert one.sync().sent == 1
    web.ask("PATCH", f"/api/me/progress/{server.ids['Alone']}", {"currentTime": 4, "duration": 20})
    one.sync()
    here = present(one.progress("Alone"))
    assert here.position == 4.0


def test_an_account_that_lost_everything_gets_it_again(server: TriedServer, one: Machine, web: Client) -> None:
    one.put("Alone", Progress(ago(hours=1), 8.0, 20.0))
    one.put_bookmark(bookmark(one, "Alone", 5.0, "keep this"))
    one.sync()
    there = present(web.progress(server.ids["Alone"]))
    web.ask("DELETE", f"/api/me/progress/{there['id']}")
    web.ask("DELETE", f"/api/me/item/{server.ids['Alone']}/bookmark/5")
    one.sync()
    there = present(web.progress(server.ids["Alone"]))
    assert there["currentTime"] == 8.0
    assert web.bookmarks() == {5: "keep this"}


def test_news_are_noticed_without_a_sync(server: TriedServer, one: Machine, web: Client) -> None:
    one.sync()
    assert not one.has_news()
    web.ask("PATCH", f"/api/me/progress/{server.ids['Alone']}", {"currentTime": 4, "duration": 20})
    assert one.has_news()
    one.sync()
    assert not one.has_news()


def test_listening_is_counted_once_by_sessions(server: TriedServer, one: Machine, web: Client) -> None:
    yesterday, earlier = ago(days=1), ago(seconds=20)
    one.listen("Many Files", Progress(yesterday, 20.0, 60.0), 10.0, "first-1")  # offline, for a day
    one.listen("Many Files", Progress(earlier, 32.0, 60.0), 6.0, "second-1")
    one.listen("One", Progress(ago(minutes=5), played=True, plays=1, duration=20.0), 8.0, "second-2")
    result = one.sync()
    assert (result.sessions, result.error, result.notices) == (3, None, [])
    day = f"{yesterday - timedelta(seconds=10):%Y-%m-%d}"
    listened = web.ask("GET", "/api/me/listening-stats")
    assert (listened["totalTime"], listened["days"][day]) == (24, 10)
    book = present(web.progress(server.ids["Many Files"]))
    assert (book["currentTime"], book["lastUpdate"], book["isFinished"]) == (32.0, milliseconds(earlier), False)
    assert [each["isFinished"] for each in web.ask("GET", "/api/me")["mediaProgress"] if each["episodeId"]] == [True]

    one.listen("Many Files", Progress(now(), 40.0, 60.0), 10.0, "second-1")  # the same session goes on
    result = one.sync()
    assert (result.sessions, result.sent, one.sync().sessions) == (1, 1, 0)
    one.forget_what_was_sent()
    assert one.sync().sessions == 3
    assert web.ask("GET", "/api/me/listening-stats")["totalTime"] == 28
    later = present(web.progress(server.ids["Many Files"]))
    assert (later["currentTime"], later["lastUpdate"] > book["lastUpdate"]) == (40.0, True)


def test_listening_does_not_move_a_newer_position_back(server: TriedServer, one: Machine, web: Client) -> None:
    one.listen("Alone", Progress(ago(hours=5), 3.0, 20.0), 2.0)
    web.ask("PATCH", f"/api/me/progress/{server.ids['Alone']}", {"currentTime": 9, "duration": 20})
    assert (one.sync().sessions, web.ask("GET", "/api/me/listening-stats")["totalTime"]) == (1, 2)
    here, there = one.progress("Alone"), web.progress(server.ids["Alone"])
    assert here is not None
    assert there is not None
    assert (here.position, there["currentTime"]) == (9.0, 9)


def test_what_plays_is_shown_on_the_server(server: TriedServer, one: Machine, web: Client) -> None:
    book, talk = one.episodes()["Many Files"].id, one.episodes()["One"].id
    open_session(one.store, one.file.path, book)
    assert server.playing(web.user) == []  # nothing is sent before the first sync
    one.sync()
    for ident, title in ((book, "Many Files"), (talk, PODCAST.title)):  # the first is left by an app that was killed
        open_session(one.store, one.file.path, ident)
        assert server.playing(web.user) == [server.ids[title]]
    for _ in range(2):
        end_session(one.store, one.file.path)
        assert server.playing(web.user) == []
    assert (web.ask("GET", "/api/me/listening-stats")["totalTime"], web.progress(server.ids["Many Files"])) == (0, None)
    assert not one.has_news()


def bookmark(machine: Machine, title: str, start: float, note: str = "", text: str = "") -> Bookmark:
    episode = machine.episodes()[title]
    return Bookmark(episode.id, start, start + 10, ago(hours=1), ago(hours=1), text=text, note=note, title=title)


def test_bookmarks_go_both_ways(server: TriedServer, machines: Machines, web: Client) -> None:
    one, two = machines("one"), machines("two")
    one.refresh()
    two.refresh()
    path = f"/api/me/item/{server.ids['Many Files']}/bookmark"
    one.put_bookmark(bookmark(one, "Many Files", 31.25, "mine"))
    one.put_bookmark(bookmark(one, "Many Files", 3.0))
    assert len(one.sync().sent_notebook.bookmarks) == 2
    assert web.bookmarks() == {31.25: "mine", 3: "0:03"}
    web.ask("POST", path, {"time": 12, "title": "theirs"})
    two.sync()
    assert {start: each.note for start, each in two.bookmarks().items()} == {31.25: "mine", 3: "0:03", 12: "theirs"}
    one.sync()
    web.ask("PATCH", path, {"time": 31.25, "title": "renamed"})
    web.ask("DELETE", f"{path}/3")
    one.sync()
    here = one.bookmarks()
    assert (here[31.25].note, here[3.0].is_removed) == ("renamed", True)
    changed = here[31.25]._replace(note="renamed here", updated=now() + timedelta(seconds=1))
    one.put_bookmark(changed)
    one.put_bookmark(here[12.0].removed(now() + timedelta(seconds=1)))
    one.sync()
    assert web.bookmarks() == {31.25: "renamed here"}
    two.sync()
    found = {start: (each.note, each.is_removed) for start, each in two.bookmarks().items()}
    assert found == {31.25: ("renamed here", False), 3: ("", True), 12: ("", True)}
    for machine in (one, two):
        quiet = machine.sync()
        assert (quiet.sent_notebook.bookmarks, quiet.received_notebook.bookmarks) == ((), ())
