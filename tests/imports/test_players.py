import os
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sources.exports import (
    ANTENNAPOD,
    FEED,
    OVERCAST,
    antennapod,
    apple,
    audiobookshelf,
    castero,
    gpodder,
    kasts,
    pocket_casts,
    podcast_addict,
    shellcaster,
    write_database,
)
from tui_pod.core.library.catalog import DURATION_FAULT
from tui_pod.imports import players as imports
from tui_pod.imports.players import ImportFault, is_export, parse_export, read_export
from tui_pod.shelf.opml import Entry, HeardEpisode

FIRST, SECOND = (datetime.fromtimestamp(seconds, UTC) for seconds in (1_790_000_000, 1_790_000_100))


def test_antennapod_tells_podcasts_logins_marks_and_places(tmp_path: Path) -> None:
    found = read_export(antennapod(tmp_path / "export.db"))
    assert found.program == "AntennaPod"
    assert found.entries == (
        Entry(FEED, "My ships", (("History",),), page="https://ships.example/", user="ann", password="s3cret"),
    )
    assert found.episodes == (
        HeardEpisode(FEED, "guid-1", "https://ships.example/1.mp3", 0.0, 600.0, True, FIRST),
        HeardEpisode(FEED, "guid-2", "https://ships.example/2.mp3", 90.5, 600.0, False, SECOND),
    )
    assert (found.faults, found.left) == ((), ("1 local folder",))


def test_antennapod_of_an_older_version_is_read_without_its_later_columns(tmp_path: Path) -> None:
    path = antennapod(tmp_path / "export.db")
    with closing(sqlite3.connect(path)) as db:
        for table, column in (("Feeds", "state"), ("Feeds", "tags"), ("FeedMedia", "last_played_time")):
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    found = read_export(path)
    assert [entry.title for entry in found.entries] == ["My ships", "Only looked at"]
    assert [episode.when for episode in found.episodes] == [None, None]


def test_gpodder_tells_sections_marks_and_places(tmp_path: Path) -> None:
    found = read_export(gpodder(tmp_path / "Database"))
    assert found.program == "gPodder"
    assert found.entries == (Entry(FEED, "Ships", (("History",),)),)
    assert found.episodes == (
        HeardEpisode(FEED, "guid-1", "https://ships.example/1.mp3", 0.0, 600.0, True, FIRST),
        HeardEpisode(FEED, "guid-2", "https://ships.example/2.mp3", 90.0, 600.0, False, SECOND),
    )


def test_castero_tells_marks_and_places_without_guids(tmp_path: Path) -> None:
    path = castero(tmp_path / "castero.db")
    with closing(sqlite3.connect(path)) as db:
        db.execute("INSERT INTO queue VALUES (1, 3), (2, 2)")
        db.commit()
    found = read_export(path)
    assert [str(episode.audio)[-5:] for episode in found.queue] == ["3.mp3", "2.mp3"]
    assert found.program == "castero"
    assert found.episodes == (
        HeardEpisode(FEED, None, "https://ships.example/1.mp3", 0.0, None, True),
        HeardEpisode(FEED, None, "https://ships.example/2.mp3", 90.5),
    )


MARKS = (
    HeardEpisode(FEED, "guid-1", "https://ships.example/1.mp3", 0.0, 600.0, True, FIRST),
    HeardEpisode(FEED, "guid-2", "https://ships.example/2.mp3", 90.5, 600.0, False, SECOND),
)


PREFERENCES = '<float name="pref_speedAdjustment" value="2.0" /><float name="pref_speedAdjustment_1" value="1.4" />'


def test_podcast_addict_is_read_from_its_backup(tmp_path: Path) -> None:
    path = zipped(tmp_path / "PodcastAddict.backup", podcast_addict(tmp_path / "podcastAddict.db"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("com.bambuna.podcastaddict_preferences.xml", f"<map>{PREFERENCES}</map>")
    found = read_export(path)
    wanted = (("speed", "1.4"), ("refresh", "never"), ("include", "iron, old ships"), ("exclude", "ads"))
    assert found.entries == (
        Entry(FEED, "My ships", (("History",),), page="https://ships.example/", settings=wanted, user="ann",
              password="s3cret"),
    )  # fmt: skip
    assert (found.program, found.episodes, is_export(str(path))) == ("Podcast Addict", MARKS, True)
    assert [episode.guid for episode in found.queue] == ["guid-3", "guid-2"]
    assert found.left == ("1 favourite", "2 bookmarks", "1 local folder")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("podcastaddict_preferences.xml", '<boolean name="pref_speedPlaybackOn_1" value="false" />')
        archive.write(tmp_path / "podcastAddict.db")
    assert dict(read_export(path).entries[0].settings)["speed"] == "1"


def test_library_of_apple_tells_marks_and_what_is_left(tmp_path: Path) -> None:
    found = read_export(apple(tmp_path / "MTLibrary.sqlite"))
    assert (found.program, found.entries, found.episodes) == ("Apple Podcasts", (Entry(FEED, "Ships"),), MARKS)
    assert found.left == ("1 saved episode", "1 station", "1 channel of the shop")


def test_audiobookshelf_is_read_from_its_backup(tmp_path: Path) -> None:
    path = zipped(tmp_path / "2026-11-30T0130.audiobookshelf", audiobookshelf(tmp_path / "absdatabase.sqlite"))
    found = read_export(path)
    assert (found.program, found.entries, found.episodes) == ("Audiobookshelf", (Entry(FEED, "Ships"),), MARKS)
    assert found.left == ("1 book", "1 other user")


def test_shellcaster_tells_marks(tmp_path: Path) -> None:
    found = read_export(shellcaster(tmp_path / "data.db"))
    assert (found.program, found.entries) == ("shellcaster", (Entry(FEED, "Ships"),))
    assert found.episodes == (HeardEpisode(FEED, None, "https://ships.example/1.mp3", 0.0, 600.0, True),)
    assert found.left == ("1 removed episode",)


def zipped(path: Path, database: Path) -> Path:
    """Pack a database as its player does, after another file; return the archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("details", "2.30.0")
        archive.write(database, database.name)
    return path


def test_archive_that_would_fill_the_disk_is_refused(tmp_path: Path) -> None:
    (tmp_path / "db").write_bytes(b"SQLite format 3\0" + bytes(20_000_000))
    with pytest.raises(ImportFault, match="made to fill the disk"):
        read_export(zipped(tmp_path / "a.zip", tmp_path / "db"))


@pytest.mark.parametrize("damage", ["cut", "other", "password"])
def test_archive_that_cannot_be_used_says_why(tmp_path: Path, damage: str) -> None:
    path = zipped(tmp_path / "a.zip", write_database(tmp_path / "db", "CREATE TABLE other (x)"))
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[:200])
    elif damage == "password":  # the flag of each entry, in the file and in its directory
        path.write_bytes(content.replace(b"PK\3\4\x14\0\0", b"PK\3\4\x14\0\1").replace(b"\x14\0\0\0", b"\x14\0\1\0"))
    with pytest.raises(
        ImportFault, match=r"db is not a database of a known player" if damage == "other" else "damaged"
    ):
        read_export(path)


def test_antennapod_tells_whose_silence_is_cut_what_is_wanted_and_what_is_not_refreshed(tmp_path: Path) -> None:
    path = antennapod(tmp_path / "export.db")
    with closing(sqlite3.connect(path)) as db:
        for name, kind in (("feed_skip_silence", "INTEGER"), ("include_filter", "TEXT"), ("exclude_filter", "TEXT"),
                           ("minimal_duration_filter", "INTEGER"), ("keep_updated", "INTEGER")):  # fmt: skip
            db.execute(f"ALTER TABLE Feeds ADD COLUMN {name} {kind}")
        told = "feed_skip_silence = 4, include_filter = 'iron \"old ships\"', minimal_duration_filter = 300"
        db.execute(f"UPDATE Feeds SET {told}, keep_updated = 0")
        db.commit()
    assert dict(read_export(path).entries[0].settings) == {
        "skip_silence": "yes", "include": "iron, old ships", "min_length": "5m", "refresh": "never",
    }  # fmt: skip


def test_antennapod_tells_speed_skips_and_queue_and_that_favourites_are_left(tmp_path: Path) -> None:
    path = antennapod(tmp_path / "export.db")
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE Feeds SET feed_playback_speed = 1.25, feed_skip_intro = 30, feed_skip_ending = 0")
        db.execute("INSERT INTO Queue VALUES (0, 3, 1), (1, 2, 1)")
        db.execute("INSERT INTO Favorites VALUES (1, 2, 1)")
        db.commit()
    found = read_export(path)
    assert found.entries[0].settings == (("speed", "1.25"), ("skip_start", "30"))
    assert [episode.guid for episode in found.queue] == ["guid-3", "guid-2"]
    assert found.left == ("1 favourite", "1 local folder")


@pytest.mark.parametrize("is_new", [False, True])
def test_kasts_tells_marks_places_and_queue(tmp_path: Path, is_new: bool) -> None:
    found = read_export(kasts(tmp_path / "database.db3", is_new))
    assert (found.program, found.entries) == ("Kasts", (Entry(FEED, "Ships", page="https://ships.example/"),))
    assert found.episodes == (
        HeardEpisode(FEED, "guid-1", "https://ships.example/1.mp3", 0.0, 600.0, True),
        HeardEpisode(FEED, "guid-2", "https://ships.example/2.mp3", 90.5, 600.0, False),
    )
    assert [episode.guid for episode in found.queue] == ["guid-3", "guid-2"]
    assert found.left == ("1 favourite",)


def test_overcast_tells_marks_and_places_of_subscribed_podcasts(tmp_path: Path) -> None:
    path = tmp_path / "overcast.opml"
    path.write_text(OVERCAST, "utf-8")
    found = read_export(path)
    assert (found.program, found.entries) == ("Overcast", (Entry(FEED, "Ships"),))
    assert found.episodes == (
        HeardEpisode(FEED, None, "https://ships.example/1.mp3", 0.0, None, True, FIRST),
        HeardEpisode(FEED, None, "https://ships.example/2.mp3", 333.0, None, False, SECOND),
    )
    assert found.left == ("1 playlist", "1 podcast that you no longer subscribe to")


def test_newsboat_tells_tags_as_topics_and_what_is_queued(tmp_path: Path) -> None:
    urls, queue = tmp_path / "urls", tmp_path / "queue"
    urls.write_text(
        "# my feeds\n"
        f'{FEED} History "old ships" "~My \\"ships\\""\n\n'
        "https://ann:s3cret@x.example/f !quiet\n"
        '"query:Unread:unread = \\"yes\\""\n'
        "exec:~/bin/make-feed tag\n",
        "utf-8",
    )
    found = read_export(urls)
    assert (found.program, is_export(str(urls))) == ("newsboat", True)
    assert found.entries == (
        Entry(FEED, 'My "ships"', (("History",), ("old ships",))),
        Entry("https://x.example/f", "", settings=(("hidden", "yes"),), user="ann", password="s3cret"),
    )
    assert found.left == ("2 feeds made by a search or a command",)
    queue.write_text(
        'https://ships.example/1.mp3 "/home/ann/1.mp3" finished\nhttps://ships.example/2.mp3 "/home/ann/2.mp3"\n',
        "utf-8",
    )
    found = read_export(queue)
    assert found.episodes == (HeardEpisode(None, None, "https://ships.example/1.mp3", is_played=True),)
    assert found.queue == (HeardEpisode(None, None, "https://ships.example/2.mp3"),)


@pytest.mark.parametrize(
    ("line", "is_queue"),
    [
        ("https://ships.example/1 /home/ann/ships", True),
        ("https://ships.example/1 ships.OGG downloaded", True),
        ("https://ships.example/1.mp3?token=x.y", True),
        ("https://ships.example/feed mp3", False),
        ("https://ships.example/feed", False),
    ],
)
def test_queue_of_newsboat_is_told_from_its_feeds_by_the_recordings(line: str, is_queue: bool) -> None:
    found = parse_export(f"{line}\n".encode())
    assert (len(found.queue), len(found.entries)) == ((1, 0) if is_queue else (0, 1))


@pytest.mark.parametrize("is_ios", [False, True])
def test_pocket_casts_tells_marks_and_places_of_recordings_alone(tmp_path: Path, is_ios: bool) -> None:
    found = read_export(pocket_casts(tmp_path / "pocketcasts", is_ios))
    assert (found.program, found.entries) == ("Pocket Casts", ())
    assert found.episodes == (
        HeardEpisode(None, None, "https://ships.example/1.mp3", 0.0, 600.0, True, FIRST),
        HeardEpisode(None, None, "https://ships.example/2.mp3", 90.5, 600.0, False, SECOND),
    )
    assert [str(episode.audio)[-5:] for episode in found.queue] == ["3.mp3", "2.mp3"]
    assert found.left == ("1 star",)


def test_database_is_not_changed_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    path = antennapod(tmp_path / "export.db")
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
    before = path.read_bytes()
    os.chmod(path, 0o400)
    read_export(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path / "") == sorted([*{"export.db"}, "home"])


@pytest.mark.parametrize("damage", ["cut", "noise", "schema", "empty tables", "other tables", "short"])
def test_database_that_cannot_be_used_says_why(tmp_path: Path, damage: str) -> None:
    path = antennapod(tmp_path / "export.db")
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "noise":
        path.write_bytes(content[:100] + b"\xa5" * (len(content) - 100))
    elif damage == "schema":
        path.write_bytes(
            content.replace(b"tableFeedsFeeds", b"tableF\xe5edsFeeds").replace(b"CREATE TABLE", b"CREATE TABLX")
        )
    elif damage == "short":
        path.write_bytes(imports.HEAD)
    else:
        path.unlink()
        write_database(path, "CREATE TABLE other (x)" if damage == "other tables" else "PRAGMA user_version = 1")
    with pytest.raises(ImportFault, match=r"is not a database of a known player|cannot be read"):
        read_export(path)


@pytest.mark.parametrize("table", ["Feeds", "FeedItems"])
def test_view_that_never_ends_is_not_looked_at(tmp_path: Path, table: str) -> None:
    path = antennapod(tmp_path / "export.db")
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"DROP TABLE {table}")
        db.execute(
            f"CREATE VIEW {table} AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT * FROM n"
        )
        db.commit()
    with pytest.raises(ImportFault, match="is not a database of a known player"):
        read_export(path)


def test_reading_ends_when_it_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "PATIENCE", -1.0)
    monkeypatch.setattr(imports, "STEPS", 1)
    with pytest.raises(ImportFault, match="took too long"):
        read_export(antennapod(tmp_path / "export.db"))


def test_hostile_values_are_cleaned_or_left_out(tmp_path: Path) -> None:
    feed = {"id": 1, "title": "\x1b[2J\u202eevil" * 100, "download_url": FEED, "username": "a:b", "password": b"\xff"}
    items: list[dict[str, Any]] = [
        {"id": number, "feed": 1, "read": 1, "item_identifier": f"g{number}"} for number in range(1, 6)
    ]
    media: list[dict[str, Any]] = [
        {"feeditem": 1, "position": -5, "duration": -1, "last_played_time": 10**18},
        {"feeditem": 2, "position": "x", "duration": b"\x00", "last_played_time": "y"},
        {"feeditem": 3, "position": 10**17, "duration": 10**17},
        {"feeditem": 4, "position": float("inf"), "download_url": 7},
        {"feeditem": 5, "last_played_time": int(datetime(9000, 1, 1, tzinfo=UTC).timestamp() * 1000)},
    ]
    path = write_database(tmp_path / "export.db", ANTENNAPOD, Feeds=[feed], FeedItems=items, FeedMedia=media)
    found = read_export(path)
    (entry,) = found.entries
    assert (entry.title[:7], len(entry.title), entry.user) == ("[2Jevil", 300, None)
    assert [(one.guid, one.position, one.duration, one.when) for one in found.episodes[:4]] == [
        (f"g{number}", 0.0, None, None) for number in range(1, 5)
    ]
    ahead = found.episodes[4].when  # a clock years ahead: it counts as now
    assert ahead is not None
    assert ahead.year < 9000


def test_export_is_told_by_its_name_or_its_head(tmp_path: Path) -> None:
    named = gpodder(tmp_path / "Database")
    (tmp_path / "list.opml").write_text("<opml/>")
    (tmp_path / "song.mp3").write_bytes(b"ID3")
    assert [is_export(str(path)) for path in (named, tmp_path / "list.opml", tmp_path / "song.mp3", tmp_path)] == [
        True, True, False, False,
    ]  # fmt: skip
    shutil.copy(tmp_path / "song.mp3", tmp_path / "list.xml")
    with zipfile.ZipFile(tmp_path / "PocketCastsDatabaseExport.zip", "w") as archive:
        archive.writestr("pocketcasts", b"x")
    assert is_export(str(tmp_path / "PocketCastsDatabaseExport.zip"))
    assert is_export(str(antennapod(tmp_path / "export.bin")))
    assert not is_export(str(tmp_path / "missing.opml"))
    (tmp_path / "pipe.opml").mkdir()
    for name, said in (
        ("list.xml", "not an OPML list"),
        ("PocketCastsDatabaseExport.zip", "has no list or database of a known player"),
        ("none", "none: No such file or directory"),
        ("pipe.opml", r"pipe\.opml: "),
    ):
        with pytest.raises(ImportFault, match=said):
            read_export(tmp_path / name)


@pytest.mark.parametrize(
    ("seconds", "is_started"), [(0.0, False), (0.5, True), (DURATION_FAULT, True), (DURATION_FAULT + 1, False)]
)
def test_position_and_length_are_believed_within_reason(tmp_path: Path, seconds: float, is_started: bool) -> None:
    path = antennapod(tmp_path / "export.db")
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE FeedMedia SET position = ?1, duration = ?1", (int(1000 * seconds),))
        db.execute("UPDATE FeedItems SET read = 0")
        db.commit()
    found = read_export(path).episodes
    assert {(one.position, one.duration, one.is_played) for one in found} == (
        {(seconds, seconds, False)} if is_started else set()
    )


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, ()), (1, ("1 podcast has",)), (2, ("2 podcasts have",))],
)
def test_podcasts_that_cannot_be_fetched_are_counted(tmp_path: Path, count: int, said: tuple[str, ...]) -> None:
    feeds = [{"id": n, "title": "x", "download_url": "ftp://x" if n <= count else FEED} for n in range(1, 4)]
    found = read_export(write_database(tmp_path / "export.db", ANTENNAPOD, Feeds=feeds))
    assert found.faults == tuple(f"{text} no http or https address and cannot be fetched." for text in said)
    assert len(found.entries) == 3 - count


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ("", ()),
        ("filter:x:https://x.example/f\n", ("1 feed made by a search or a command",)),
        ("gopher://x\nftp://y\n", ("2 feeds without an http or https address",)),
    ],
)
def test_newsboat_counts_what_is_left(lines: str, left: tuple[str, ...]) -> None:
    assert parse_export(f"{FEED}\n{lines}".encode()).left == left
