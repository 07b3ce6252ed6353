"""The databases of other players: their tables, and queries for what is taken from each.

The schemas come from the players' sources: AntennaPod's PodDBAdapter.java, gPodder's schema.py, castero's migrations,
Kasts' database.cpp, Pocket Casts' AppDatabase.kt (Android) and DatabaseHelper.swift (iOS), shellcaster's db.rs,
Audiobookshelf's models; those of Podcast Addict and Apple Podcasts from programs that read them.
"""

from __future__ import annotations

from typing import NamedTuple


class Schema(NamedTuple):
    """A player's tables and the queries for them; a column in braces is NULL in versions that lack it.

    `preference(name, id)` is what its backup says beside the database.
    """

    program: str
    tables: frozenset[str]
    """Tables, and columns such as `Entries.entryid`, that identify it."""
    podcasts: str
    """A query for address, title, page, folders (separated by U+001E), user and password, and where it has them speed,
    seconds skipped at start and end, whether silence is shortened (`yes` or `no`), words wanted and unwanted, least
    seconds, and whether it is refreshed; empty if it stores none."""
    episodes: str
    """A query for podcast, guid, recording, position and duration in seconds, whether played, and when last played."""
    queue: str = ""
    """A query for podcast, guid and recording of what plays next, in order; empty if it stores none."""
    queue_table: str = ""
    left: tuple[tuple[str, str, str], ...] = ()
    """What is not imported: a noun, the table or column that has it, which not every version has, and a query for the
    number."""


SCHEMAS = (
    Schema(
        "AntennaPod",
        frozenset(("Feeds", "FeedItems", "FeedMedia")),
        "SELECT download_url, coalesce(nullif({Feeds.custom_title}, ''), title), link, {Feeds.tags}, {Feeds.username},"
        " {Feeds.password}, {Feeds.feed_playback_speed}, {Feeds.feed_skip_intro}, {Feeds.feed_skip_ending},"
        " CASE WHEN {Feeds.feed_skip_silence} = 1 THEN 'no' WHEN {Feeds.feed_skip_silence} > 1 THEN 'yes' END,"
        " {Feeds.include_filter}, {Feeds.exclude_filter}, {Feeds.minimal_duration_filter}, {Feeds.keep_updated}"
        " FROM Feeds WHERE coalesce({Feeds.state}, 0) <> 1 ORDER BY id",
        "SELECT Feeds.download_url, item_identifier, FeedMedia.download_url, FeedMedia.position / 1000.0,"
        " FeedMedia.duration / 1000.0, read = 1, coalesce(nullif({FeedMedia.last_played_time}, 0),"
        " {FeedMedia.playback_completion_date}) / 1000.0 FROM FeedItems JOIN Feeds ON feed = Feeds.id"
        " LEFT JOIN FeedMedia ON FeedMedia.feeditem = FeedItems.id WHERE read = 1 OR FeedMedia.position > 0",
        "SELECT Feeds.download_url, item_identifier, FeedMedia.download_url FROM Queue"
        " JOIN FeedItems ON FeedItems.id = Queue.feeditem JOIN Feeds ON FeedItems.feed = Feeds.id"
        " LEFT JOIN FeedMedia ON FeedMedia.feeditem = FeedItems.id ORDER BY Queue.id",
        "Queue",
        (("favourite", "Favorites", "SELECT count(*) FROM Favorites"),),
    ),
    Schema(
        "gPodder",
        frozenset(("podcast", "episode", "version")),
        "SELECT {podcast.url}, {podcast.title}, {podcast.link}, {podcast.section}, {podcast.auth_username},"
        " {podcast.auth_password} FROM podcast ORDER BY id",
        "SELECT podcast.url, guid, episode.url, current_position, total_time,"
        " is_new = 0 AND coalesce(current_position, 0) = 0, coalesce(nullif(last_playback, 0),"
        " current_position_updated) FROM episode JOIN podcast ON podcast_id = podcast.id"
        " WHERE is_new = 0 OR current_position > 0",
    ),
    Schema(
        "castero",
        frozenset(("feed", "episode", "progress")),
        "SELECT key, title, link, '', '', '' FROM feed",
        "SELECT feed_key, '', enclosure, time / 1000.0, NULL, {episode.played}, NULL"
        " FROM episode LEFT JOIN progress ON ep_id = episode.id WHERE {episode.played} OR time > 0",
        "SELECT feed_key, '', enclosure FROM queue JOIN episode ON episode.id = ep_id ORDER BY queue.id",
        "queue",
    ),
    Schema(
        "castero",
        frozenset(("feed", "episode")),
        "SELECT key, title, link, '', '', '' FROM feed",
        "SELECT feed_key, '', enclosure, 0, NULL, {episode.played}, NULL FROM episode WHERE {episode.played}",
    ),
    Schema(
        "Kasts",
        frozenset(("Feeds", "Entries", "Enclosures", "Entries.entryid")),
        "SELECT url, name, link, '', '', '' FROM Feeds ORDER BY feedid",
        "SELECT Feeds.url, Entries.id, Enclosures.url, playposition / 1000.0, duration, read, NULL FROM Entries"
        " JOIN Feeds ON Feeds.feedid = Entries.feedid LEFT JOIN Enclosures ON Enclosures.entryid = Entries.entryid"
        " WHERE read OR playposition > 0",
        "SELECT Feeds.url, Entries.id, Enclosures.url FROM Queue JOIN Entries ON Entries.entryid = Queue.entryid"
        " JOIN Feeds ON Feeds.feedid = Entries.feedid LEFT JOIN Enclosures ON Enclosures.entryid = Entries.entryid"
        " ORDER BY listnr",
        "Queue",
        (("favourite", "Entries.favorite", "SELECT count(*) FROM Entries WHERE favorite"),),
    ),
    Schema(
        "Kasts",  # before version 25
        frozenset(("Feeds", "Entries", "Enclosures", "Entries.feed")),
        "SELECT url, name, link, '', '', '' FROM Feeds",
        "SELECT Entries.feed, Entries.id, Enclosures.url, playposition / 1000.0, duration, read, NULL FROM Entries"
        " LEFT JOIN Enclosures ON Enclosures.id = Entries.id AND Enclosures.feed = Entries.feed"
        " WHERE read OR playposition > 0",
        "SELECT Entries.feed, Entries.id, Enclosures.url FROM Queue JOIN Entries ON Entries.id = Queue.id"
        " AND Entries.feed = Queue.feed LEFT JOIN Enclosures ON Enclosures.id = Entries.id"
        " AND Enclosures.feed = Entries.feed ORDER BY listnr",
        "Queue",
        (("favourite", "Entries.favorite", "SELECT count(*) FROM Entries WHERE favorite"),),
    ),
    Schema(
        "Pocket Casts",  # on Android; only its server has the addresses of feeds
        frozenset(("podcasts", "podcast_episodes")),
        "",
        "SELECT NULL, '', download_url, played_up_to, duration, playing_status = 2,"
        " last_playback_interaction_date / 1000.0 FROM podcast_episodes WHERE playing_status = 2 OR played_up_to > 0",
        "SELECT NULL, '', downloadUrl FROM up_next_episodes ORDER BY position",
        "up_next_episodes",
        (("star", "podcast_episodes.starred", "SELECT count(*) FROM podcast_episodes WHERE starred"),),
    ),
    Schema(
        "Pocket Casts",  # on iOS
        frozenset(("SJPodcast", "SJEpisode")),
        "",
        "SELECT NULL, '', downloadUrl, playedUpTo, duration, playingStatus = 3,"
        " {SJEpisode.lastPlaybackInteractionDate} FROM SJEpisode WHERE playingStatus = 3 OR playedUpTo > 0",
        "SELECT NULL, '', downloadUrl FROM SJPlaylistEpisode JOIN SJEpisode ON SJEpisode.uuid = episodeUuid"
        " WHERE playlist_id = 1 AND NOT coalesce({SJPlaylistEpisode.wasDeleted}, 0) ORDER BY episodePosition",
        "SJPlaylistEpisode",
        (("star", "SJEpisode.keepEpisode", "SELECT count(*) FROM SJEpisode WHERE keepEpisode"),),
    ),
    Schema(
        "Podcast Addict",
        frozenset(("podcasts", "episodes", "ordered_list", "tags", "tag_relation", "episodes.seen_status")),
        "SELECT feed_url, coalesce(nullif({podcasts.custom_name}, ''), name), homepage,"
        " (SELECT group_concat(tags.name, char(30)) FROM tag_relation JOIN tags ON tags._id = tag_id"
        " WHERE podcast_id = podcasts._id), {podcasts.login}, {podcasts.password},"
        " CASE preference('pref_speedPlaybackOn', podcasts._id) WHEN 'false' THEN 1"
        " ELSE CAST(preference('pref_speedAdjustment', podcasts._id) AS REAL) END, NULL, NULL, NULL,"
        " {podcasts.filter_included_keywords}, {podcasts.filter_excluded_keywords}, NULL, {podcasts.automaticRefresh}"
        " FROM podcasts WHERE subscribed_status = 1 ORDER BY name",
        "SELECT feed_url, episodes.guid, download_url, position_to_resume / 1000.0, {episodes.duration_ms} / 1000.0,"
        " seen_status = 1, {episodes.playbackDate} / 1000.0 FROM episodes JOIN podcasts ON podcast_id = podcasts._id"
        " WHERE subscribed_status = 1 AND (seen_status = 1 OR position_to_resume > 0)",
        "SELECT feed_url, episodes.guid, download_url FROM ordered_list JOIN episodes ON episodes._id = ordered_list.id"
        " JOIN podcasts ON podcast_id = podcasts._id WHERE ordered_list.type = 1 ORDER BY rank",
        "ordered_list",
        (
            ("favourite", "episodes.favorite", "SELECT count(*) FROM episodes WHERE favorite = 1"),
            ("bookmark", "chapters.customBookmark", "SELECT count(*) FROM chapters WHERE customBookmark = 1"),
        ),
    ),
    Schema(
        "shellcaster",
        frozenset(("podcasts", "episodes", "files", "version", "episodes.played", "episodes.hidden")),
        "SELECT url, title, '', '', '', '' FROM podcasts ORDER BY id",
        "SELECT podcasts.url, {episodes.guid}, episodes.url, 0, episodes.duration, played, NULL FROM episodes"
        " JOIN podcasts ON podcast_id = podcasts.id WHERE played",
        left=(("removed episode", "episodes.hidden", "SELECT count(*) FROM episodes WHERE hidden"),),
    ),
    Schema(
        "Apple Podcasts",
        frozenset(("ZMTPODCAST", "ZMTEPISODE")),
        "SELECT ZFEEDURL, ZTITLE, {ZMTPODCAST.ZWEBPAGEURL}, '', '', '' FROM ZMTPODCAST"
        " WHERE coalesce({ZMTPODCAST.ZSUBSCRIBED}, 1) ORDER BY ZMTPODCAST.Z_PK",
        "SELECT ZFEEDURL, ZMTEPISODE.ZGUID, {ZMTEPISODE.ZENCLOSUREURL}, ZPLAYHEAD, ZMTEPISODE.ZDURATION,"
        " coalesce({ZMTEPISODE.ZHASBEENPLAYED}, 0) OR coalesce({ZMTEPISODE.ZPLAYCOUNT}, 0) > 0 AS is_played,"
        " {ZMTEPISODE.ZLASTDATEPLAYED} + 978307200 FROM ZMTEPISODE"
        " JOIN ZMTPODCAST ON ZPODCAST = ZMTPODCAST.Z_PK WHERE ZPLAYHEAD > 0 OR is_played",
        left=(
            ("saved episode", "ZMTEPISODE.ZISBOOKMARKED", "SELECT count(*) FROM ZMTEPISODE WHERE ZISBOOKMARKED"),
            ("station", "ZMTPLAYLIST", "SELECT count(*) FROM ZMTPLAYLIST"),
        ),
    ),
    Schema(
        "Audiobookshelf",  # those podcasts and marks of whoever has the most
        frozenset(("podcasts", "podcastEpisodes", "mediaProgresses", "users")),
        "SELECT feedURL, title, '', '', '', '' FROM podcasts ORDER BY title",
        "SELECT feedURL, CASE WHEN json_valid(podcastEpisodes.extraData) THEN"
        " json_extract(podcastEpisodes.extraData, '$.guid') END, enclosureURL, currentTime, mediaProgresses.duration,"
        " isFinished, CAST(strftime('%s', substr(mediaProgresses.updatedAt, 1, 19)) AS INTEGER) FROM mediaProgresses"
        " JOIN podcastEpisodes ON podcastEpisodes.id = mediaItemId JOIN podcasts ON podcasts.id = podcastId"
        " WHERE (isFinished OR currentTime > 0) AND userId = (SELECT userId FROM mediaProgresses"
        " WHERE mediaItemType = 'podcastEpisode' GROUP BY userId ORDER BY count(*) DESC LIMIT 1)",
        left=(
            ("book", "books", "SELECT count(*) FROM books"),
            (
                "other user",
                "mediaProgresses.userId",
                "SELECT max(0, count(DISTINCT userId) - 1) FROM mediaProgresses WHERE mediaItemType = 'podcastEpisode'",
            ),
        ),
    ),
)
