"""Databases as other players write them: their tables, with the columns of their sources, and a little in them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

FEED = "https://ships.example/feed"

ANTENNAPOD = """
CREATE TABLE Feeds (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, custom_title TEXT, file_url TEXT,
    download_url TEXT, downloaded INTEGER, link TEXT, description TEXT, last_update TEXT, language TEXT, author TEXT,
    image_url TEXT, type TEXT, feed_identifier TEXT, username TEXT, password TEXT, tags TEXT,
    feed_playback_speed REAL DEFAULT -1, feed_skip_intro INTEGER DEFAULT 0, feed_skip_ending INTEGER DEFAULT 0,
    state INTEGER DEFAULT 0);
CREATE TABLE Queue (id INTEGER PRIMARY KEY, feeditem INTEGER, feed INTEGER);
CREATE TABLE Favorites (id INTEGER PRIMARY KEY, feeditem INTEGER, feed INTEGER);
CREATE TABLE FeedItems (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, pubDate INTEGER, read INTEGER, link TEXT,
    description TEXT, media INTEGER, feed INTEGER, has_simple_chapters INTEGER, item_identifier TEXT, image_url TEXT);
CREATE TABLE FeedMedia (id INTEGER PRIMARY KEY AUTOINCREMENT, duration INTEGER, file_url TEXT, download_url TEXT,
    downloaded INTEGER, position INTEGER, filesize INTEGER, mime_type TEXT, playback_completion_date INTEGER,
    feeditem INTEGER, played_duration INTEGER, has_embedded_picture INTEGER, last_played_time INTEGER);
"""

_GPODDER = """
CREATE TABLE version (version integer);
CREATE TABLE podcast (id INTEGER PRIMARY KEY NOT NULL, title TEXT NOT NULL DEFAULT '', url TEXT NOT NULL DEFAULT '',
    link TEXT NOT NULL DEFAULT '', auth_username TEXT NULL, auth_password TEXT NULL, section TEXT NOT NULL DEFAULT '');
CREATE TABLE episode (id INTEGER PRIMARY KEY NOT NULL, podcast_id INTEGER NOT NULL, title TEXT NOT NULL DEFAULT '',
    url TEXT NOT NULL, published INTEGER NOT NULL DEFAULT 0, guid TEXT NOT NULL, state INTEGER NOT NULL DEFAULT 0,
    is_new INTEGER NOT NULL DEFAULT 0, total_time INTEGER NOT NULL DEFAULT 0,
    current_position INTEGER NOT NULL DEFAULT 0, current_position_updated INTEGER NOT NULL DEFAULT 0,
    last_playback INTEGER NOT NULL DEFAULT 0);
"""

_POCKET_CASTS_ANDROID = """
CREATE TABLE podcasts (uuid TEXT NOT NULL PRIMARY KEY, title TEXT NOT NULL, podcast_url TEXT);
CREATE TABLE podcast_episodes (uuid TEXT NOT NULL PRIMARY KEY, title TEXT NOT NULL, duration REAL NOT NULL,
    download_url TEXT, played_up_to REAL NOT NULL, playing_status INTEGER NOT NULL, podcast_id TEXT NOT NULL,
    last_playback_interaction_date INTEGER, starred INTEGER NOT NULL DEFAULT 0);
CREATE TABLE up_next_episodes (_id INTEGER PRIMARY KEY AUTOINCREMENT, episodeUuid TEXT NOT NULL,
    position INTEGER NOT NULL, playlistId INTEGER, title TEXT NOT NULL, publishedDate INTEGER, downloadUrl TEXT,
    podcastUuid TEXT);
INSERT INTO up_next_episodes (episodeUuid, position, title, downloadUrl) VALUES
    ('b', 1, 'E', 'https://ships.example/2.mp3'), ('c', 0, 'E', 'https://ships.example/3.mp3');
"""

_POCKET_CASTS_IOS = """
CREATE TABLE SJPodcast (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, title TEXT, podcastUrl TEXT);
CREATE TABLE SJEpisode (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, downloadUrl TEXT, duration REAL NOT NULL DEFAULT 0,
    playedUpTo REAL NOT NULL DEFAULT 0, playingStatus INTEGER NOT NULL, podcastUuid TEXT NOT NULL,
    lastPlaybackInteractionDate REAL, keepEpisode INTEGER NOT NULL DEFAULT 0);
CREATE TABLE SJPlaylistEpisode (id INTEGER PRIMARY KEY, episodePosition INTEGER NOT NULL DEFAULT 0,
    episodeUuid TEXT NOT NULL, playlist_id INTEGER NOT NULL, upcoming INTEGER NOT NULL DEFAULT 0,
    wasDeleted INTEGER NOT NULL DEFAULT 0);
INSERT INTO SJPlaylistEpisode (episodePosition, episodeUuid, playlist_id, wasDeleted) VALUES
    (1, 'b', 1, 0), (0, 'c', 1, 0), (2, 'a', 1, 1), (0, 'a', 2, 0);
"""

_PODCAST_ADDICT = """
CREATE TABLE podcasts (_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, subscribed_status INTEGER NOT NULL,
    homepage TEXT, feed_url TEXT UNIQUE NOT NULL collate nocase, is_virtual INTEGER DEFAULT 0, custom_name TEXT,
    filter_included_keywords TEXT, filter_excluded_keywords TEXT, login TEXT DEFAULT '', password TEXT DEFAULT '',
    automaticRefresh INTEGER DEFAULT 1, guid TEXT);
CREATE TABLE episodes (_id INTEGER PRIMARY KEY AUTOINCREMENT, podcast_id INTEGER NOT NULL, guid TEXT NOT NULL,
    download_url TEXT, favorite INTEGER NOT NULL DEFAULT 0, seen_status INTEGER NOT NULL DEFAULT 0,
    position_to_resume INTEGER, duration_ms INTEGER NOT NULL DEFAULT -1, playbackDate INTEGER NOT NULL DEFAULT -1);
CREATE TABLE ordered_list (rank INTEGER NOT NULL, id INTEGER NOT NULL, type INTEGER NOT NULL);
CREATE TABLE tags (_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL);
CREATE TABLE tag_relation (_id INTEGER PRIMARY KEY AUTOINCREMENT, tag_id INTEGER, podcast_id INTEGER);
CREATE TABLE chapters (_id INTEGER PRIMARY KEY AUTOINCREMENT, episodeId INTEGER, customBookmark INTEGER(1) DEFAULT 0);
INSERT INTO tags VALUES (1, 'History');
INSERT INTO tag_relation VALUES (1, 1, 1);
INSERT INTO ordered_list VALUES (1, 2, 1), (0, 3, 1), (0, 1, 0);
INSERT INTO chapters (episodeId, customBookmark) VALUES (1, 1), (1, 0), (2, 1);
"""

_SHELLCASTER = """
CREATE TABLE podcasts (id INTEGER PRIMARY KEY NOT NULL, title TEXT NOT NULL, url TEXT NOT NULL UNIQUE);
CREATE TABLE episodes (id INTEGER PRIMARY KEY NOT NULL, podcast_id INTEGER NOT NULL, title TEXT, url TEXT NOT NULL,
    duration INTEGER, played INTEGER, hidden INTEGER);
CREATE TABLE files (id INTEGER PRIMARY KEY NOT NULL, episode_id INTEGER NOT NULL, path TEXT NOT NULL UNIQUE);
CREATE TABLE version (id INTEGER PRIMARY KEY NOT NULL, version TEXT NOT NULL);
"""

_APPLE = """
CREATE TABLE ZMTPODCAST (Z_PK INTEGER PRIMARY KEY, ZSUBSCRIBED INTEGER, ZFEEDURL VARCHAR, ZTITLE VARCHAR);
CREATE TABLE ZMTEPISODE (Z_PK INTEGER PRIMARY KEY, ZPODCAST INTEGER, ZGUID VARCHAR, ZENCLOSUREURL VARCHAR,
    ZPLAYHEAD FLOAT, ZDURATION FLOAT, ZPLAYCOUNT INTEGER, ZHASBEENPLAYED INTEGER, ZLASTDATEPLAYED TIMESTAMP,
    ZISBOOKMARKED INTEGER);
CREATE TABLE ZMTPLAYLIST (Z_PK INTEGER PRIMARY KEY);
INSERT INTO ZMTPLAYLIST VALUES (1);
"""

_AUDIOBOOKSHELF = """
CREATE TABLE users (id UUID PRIMARY KEY);
CREATE TABLE books (id UUID PRIMARY KEY);
CREATE TABLE podcasts (id UUID PRIMARY KEY, title VARCHAR(255), feedURL VARCHAR(255));
CREATE TABLE podcastEpisodes (id UUID PRIMARY KEY, enclosureURL VARCHAR(255), extraData JSON, podcastId UUID);
CREATE TABLE mediaProgresses (id UUID PRIMARY KEY, mediaItemId UUID, mediaItemType VARCHAR(255), duration FLOAT,
    currentTime FLOAT, isFinished TINYINT(1), updatedAt DATETIME NOT NULL, userId UUID);
INSERT INTO books VALUES ('book');
"""

_CASTERO = """
PRAGMA user_version=4;
CREATE TABLE feed (key text primary key, title text, description text, link text);
CREATE TABLE episode (id integer primary key, feed_key text, title text, enclosure text,
    played bit not null default 0);
CREATE TABLE progress (id integer primary key, time integer, ep_id integer UNIQUE);
CREATE TABLE queue (id integer primary key, ep_id integer UNIQUE);
"""

_KASTS_11 = """
CREATE TABLE Feeds (name TEXT, url TEXT, link TEXT, subscribed INTEGER);
CREATE TABLE Entries (feed TEXT, id TEXT UNIQUE, title TEXT, read BOOL, new BOOL, favorite BOOL DEFAULT 0);
CREATE TABLE Enclosures (feed TEXT, id TEXT, duration INTEGER, url TEXT, playposition INTEGER, downloaded INTEGER);
CREATE TABLE Queue (listnr INTEGER, feed TEXT, id TEXT, playing BOOL);
"""

_KASTS_12 = """
CREATE TABLE Feeds (feedid INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, url TEXT, link TEXT, subscribed INTEGER);
CREATE TABLE Entries (entryid INTEGER PRIMARY KEY AUTOINCREMENT, feedid INTEGER, id TEXT, title TEXT, read BOOL,
    new BOOL, favorite BOOL DEFAULT 0);
CREATE TABLE Enclosures (enclosureid INTEGER PRIMARY KEY AUTOINCREMENT, entryid INTEGER, url TEXT, duration INTEGER,
    playposition INTEGER, downloaded BOOL);
CREATE TABLE Queue (listnr INTEGER, entryid INTEGER, playing BOOL);
"""


def write_database(path: Path, script: str, **rows: list[dict[str, Any]]) -> Path:
    """Write a database with these tables and rows."""
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(script)
        for table, values in rows.items():
            for row in values:
                names = ", ".join(row)
                db.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
    return path


def antennapod(path: Path, feed: str = FEED, **more: list[dict[str, Any]]) -> Path:
    """AntennaPod's: one episode played, one started, one untouched."""
    feeds = [
        {"id": 1, "title": "Ships", "custom_title": "My ships", "download_url": feed, "link": "https://ships.example",
         "tags": "#root\x1eHistory", "username": "ann", "password": "s3cret"},
        {"id": 2, "title": "Only looked at", "download_url": "https://other.example/f", "state": 1},
        {"id": 3, "title": "Local folder", "download_url": "antennapod_local:content://tree"},
    ]  # fmt: skip
    items = [
        {"id": 1, "feed": 1, "read": 1, "item_identifier": "guid-1"},
        {"id": 2, "feed": 1, "read": 0, "item_identifier": "guid-2"},
        {"id": 3, "feed": 1, "read": -1, "item_identifier": "guid-3"},
        {"id": 4, "feed": 3, "read": 1, "item_identifier": "guid-4"},
    ]
    media = [
        {"feeditem": 1, "download_url": "https://ships.example/1.mp3", "position": 0, "duration": 600_000,
         "last_played_time": 1_790_000_000_000},
        {"feeditem": 2, "download_url": "https://ships.example/2.mp3", "position": 90_500, "duration": 600_000,
         "last_played_time": 1_790_000_100_000},
        {"feeditem": 3, "download_url": "https://ships.example/3.mp3", "position": 0, "duration": 600_000},
    ]  # fmt: skip
    return write_database(path, ANTENNAPOD, Feeds=feeds, FeedItems=items, FeedMedia=media, **more)


def gpodder(path: Path, feed: str = FEED) -> Path:
    """The same of gPodder, with places in seconds."""
    podcasts = [{"id": 1, "title": "Ships", "url": feed, "section": "History"}]
    episodes = [
        {"podcast_id": 1, "guid": "guid-1", "url": "https://ships.example/1.mp3", "is_new": 0,
         "last_playback": 1_790_000_000, "total_time": 600},
        {"podcast_id": 1, "guid": "guid-2", "url": "https://ships.example/2.mp3", "is_new": 0, "current_position": 90,
         "current_position_updated": 1_790_000_100, "total_time": 600},
        {"podcast_id": 1, "guid": "guid-3", "url": "https://ships.example/3.mp3", "is_new": 1, "total_time": 600},
    ]  # fmt: skip
    return write_database(path, _GPODDER, version=[{"version": 7}], podcast=podcasts, episode=episodes)


def castero(path: Path, feed: str = FEED, first: str = "https://ships.example/1.mp3") -> Path:
    """The same of castero, which keeps no guids."""
    episodes = [
        {"id": 1, "feed_key": feed, "enclosure": first, "played": 1},
        {"id": 2, "feed_key": feed, "enclosure": "https://ships.example/2.mp3"},
        {"id": 3, "feed_key": feed, "enclosure": "https://ships.example/3.mp3"},
    ]
    feeds = [{"key": feed, "title": "Ships"}]
    return write_database(path, _CASTERO, feed=feeds, episode=episodes, progress=[{"time": 90_500, "ep_id": 2}])


def kasts(path: Path, is_new: bool) -> Path:
    """The same of Kasts, with places in milliseconds, the third queued and a favourite."""
    numbers = (1, 2, 3)
    read, places = {1: 1}, {2: 90_500}
    feeds = [{"name": "Ships", "url": FEED, "link": "https://ships.example"}]
    entries: list[dict[str, Any]] = [
        {"id": f"guid-{n}", "read": read.get(n, 0), "favorite": n == 3} | ({"feedid": 1} if is_new else {"feed": FEED})
        for n in numbers
    ]
    enclosures: list[dict[str, Any]] = [
        {"url": f"https://ships.example/{n}.mp3", "duration": 600, "playposition": places.get(n, 0)}
        | ({"entryid": n} if is_new else {"feed": FEED, "id": f"guid-{n}"})
        for n in numbers
    ]
    queue: list[dict[str, Any]] = [
        {"listnr": 3 - n} | ({"entryid": n} if is_new else {"feed": FEED, "id": f"guid-{n}"}) for n in (2, 3)
    ]
    script = _KASTS_12 if is_new else _KASTS_11
    return write_database(path, script, Feeds=feeds, Entries=entries, Enclosures=enclosures, Queue=queue)


OVERCAST = f"""<?xml version="1.0" encoding="utf-8"?>
<opml version="1.0"><head><title>Overcast Podcast Subscriptions</title></head><body>
<outline text="playlists"><outline type="podcast-playlist" title="All" smart="1" sorting="newest"/></outline>
<outline text="feeds">
<outline type="rss" overcastId="1" text="Ships" title="Ships" xmlUrl="{FEED}" subscribed="1" notifications="0">
<outline type="podcast-episode" overcastId="11" title="One" url="https://ships.example/1" played="1"
 enclosureUrl="https://ships.example/1.mp3" userUpdatedDate="2026-09-21T14:13:20-00:00"/>
<outline type="podcast-episode" overcastId="12" title="Two" progress="333" enclosureUrl="https://ships.example/2.mp3"
 userUpdatedDate="2026-09-21T10:15:00-04:00"/>
<outline type="podcast-episode" overcastId="13" title="Three" userDeleted="1" progress="x"
 enclosureUrl="https://ships.example/3.mp3"/>
</outline>
<outline type="rss" overcastId="2" text="Gone" title="Gone" xmlUrl="https://gone.example/f">
<outline type="podcast-episode" overcastId="21" title="G" played="1" enclosureUrl="https://gone.example/1.mp3"/>
</outline></outline></body></opml>"""
"""A complete export of Overcast."""


def pocket_casts(path: Path, is_ios: bool) -> Path:
    """The same of Pocket Casts, which keeps no addresses of feeds."""
    names = (
        ("uuid", "podcastUuid", "downloadUrl", "duration", "playedUpTo", "playingStatus", "lastPlaybackInteractionDate")
        if is_ios
        else ("uuid", "podcast_id", "download_url", "duration", "played_up_to", "playing_status",
              "last_playback_interaction_date")
    )  # fmt: skip
    unit, first = (1.0, 1) if is_ios else (1000, 0)
    rows: list[tuple[Any, ...]] = [
        ("a", "p", "https://ships.example/1.mp3", 600.0, 600.0, first + 2, 1_790_000_000 * unit),
        ("b", "p", "https://ships.example/2.mp3", 600.0, 90.5, first + 1, 1_790_000_100 * unit),
        ("c", "p", "https://ships.example/3.mp3", 600.0, 0.0, first, None),
    ]
    star, title = "keepEpisode" if is_ios else "starred", {} if is_ios else {"title": "E"}
    episodes = [dict(zip(names, row, strict=True)) | {star: row[0] == "a"} | title for row in rows]
    podcasts = [{"uuid": "p", "title": "Ships"}]
    if is_ios:
        return write_database(path, _POCKET_CASTS_IOS, SJPodcast=podcasts, SJEpisode=episodes)
    return write_database(path, _POCKET_CASTS_ANDROID, podcasts=podcasts, podcast_episodes=episodes)


def podcast_addict(path: Path) -> Path:
    """The same of Podcast Addict, with times in milliseconds, the third queued and the first a favourite."""
    podcasts = [
        {"_id": 1, "name": "Ships", "custom_name": "My ships", "subscribed_status": 1, "homepage": "https://ships.example",
         "feed_url": FEED, "login": "ann", "password": "s3cret", "automaticRefresh": 0,
         "filter_included_keywords": "iron,old ships", "filter_excluded_keywords": "ads"},
        {"_id": 2, "name": "Looked at", "subscribed_status": 0, "feed_url": "https://other.example/f"},
        {"_id": 3, "name": "Folder", "subscribed_status": 1, "feed_url": "/storage/emulated/0/Talks", "is_virtual": 1},
    ]  # fmt: skip
    return write_database(path, _PODCAST_ADDICT, podcasts=podcasts, episodes=[
        {"podcast_id": 1, "guid": "guid-1", "download_url": "https://ships.example/1.mp3", "seen_status": 1,
         "duration_ms": 600_000, "playbackDate": 1_790_000_000_000, "favorite": 1},
        {"podcast_id": 1, "guid": "guid-2", "download_url": "https://ships.example/2.mp3",
         "position_to_resume": 90_500, "duration_ms": 600_000, "playbackDate": 1_790_000_100_000},
        {"podcast_id": 1, "guid": "guid-3", "download_url": "https://ships.example/3.mp3", "position_to_resume": 0},
        {"podcast_id": 2, "guid": "guid-4", "download_url": "https://other.example/4.mp3", "seen_status": 1},
    ])  # fmt: skip


def shellcaster(path: Path) -> Path:
    """The same of shellcaster, which keeps no places: one played, one removed."""
    episodes = [
        {"podcast_id": 1, "url": f"https://ships.example/{n}.mp3", "duration": 600, "played": n == 1, "hidden": n == 3}
        for n in (1, 2, 3)
    ]
    return write_database(path, _SHELLCASTER, podcasts=[{"title": "Ships", "url": FEED}], episodes=episodes)


def apple(path: Path) -> Path:
    """The same of Apple Podcasts, with times from 2001 on, a podcast of the shop, and one that was only looked at."""
    podcasts = [
        {"Z_PK": 1, "ZSUBSCRIBED": 1, "ZFEEDURL": FEED, "ZTITLE": "Ships"},
        {"Z_PK": 2, "ZSUBSCRIBED": 1, "ZFEEDURL": "internal://x", "ZTITLE": "Paid"},
        {"Z_PK": 3, "ZSUBSCRIBED": 0, "ZFEEDURL": "https://other.example/f", "ZTITLE": "Looked at"},
    ]
    episodes: list[dict[str, Any]] = [
        {"ZPODCAST": 1, "ZGUID": f"guid-{n}", "ZENCLOSUREURL": f"https://ships.example/{n}.mp3", "ZDURATION": 600.0,
         "ZPLAYHEAD": 90.5 if n == 2 else 0.0, "ZPLAYCOUNT": int(n == 1), "ZISBOOKMARKED": int(n == 3),
         "ZLASTDATEPLAYED": {1: 811_692_800.0, 2: 811_692_900.0}.get(n)}
        for n in (1, 2, 3)
    ]  # fmt: skip
    return write_database(path, _APPLE, ZMTPODCAST=podcasts, ZMTEPISODE=episodes)


def audiobookshelf(path: Path) -> Path:
    """The same of Audiobookshelf, with the progress of two users and in a book."""
    episodes = [
        {"id": f"e{n}", "enclosureURL": f"https://ships.example/{n}.mp3", "podcastId": "p",
         "extraData": f'{{"guid": "guid-{n}"}}'}
        for n in (1, 2, 3)
    ]  # fmt: skip
    progress = [
        {"id": item, "mediaItemId": item, "mediaItemType": kind, "duration": 600.0, "currentTime": place,
         "isFinished": place == 600.0, "updatedAt": f"2026-09-21 14:{when}.123 +00:00", "userId": user}
        for item, kind, place, when, user in (
            ("e1", "podcastEpisode", 600.0, "13:20", "ann"), ("e2", "podcastEpisode", 90.5, "15:00", "ann"),
            ("e3", "podcastEpisode", 5.0, "15:00", "bob"), ("book", "book", 5.0, "15:00", "ann"),
        )
    ]  # fmt: skip
    return write_database(path, _AUDIOBOOKSHELF, users=[{"id": "ann"}, {"id": "bob"}],
                          podcasts=[{"id": "p", "title": "Ships", "feedURL": FEED}], podcastEpisodes=episodes,
                          mediaProgresses=progress)  # fmt: skip
