"""The index, filled from catalogues and feeds; with full-text search and without, which find the same."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from tests.fakes import START
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.library.transcript import Cue
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.feeds.formats.model import Feed, Item
from tui_pod.feeds.formats.opml import Entry
from tui_pod.feeds.media.documents import copy_name
from tui_pod.feeds.store.feed_store import FeedStore
from tui_pod.feeds.store.library import read_feeds
from tui_pod.search.fill import fill, is_current
from tui_pod.search.lookup import EPISODES, Found, Kind, Results, look_up
from tui_pod.search.query import parse_query
from tui_pod.search.sources import WordSources
from tui_pod.search.store import IndexFile, SearchError
from tui_pod.speech.transcript_files import RECOGNISED, TranscriptFiles

VTT = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v Ada Lovelace>The engine weaves
00:00:04.000 --> 00:00:08.000
<v Ada Lovelace>algebraic patterns.

00:00:08.000 --> 00:00:12.500
<v Charles>Numbers carried over.
"""


class Desk:
    """A catalogue in a folder, its index, and what is asked of it."""

    def __init__(self, folder: Path, has_fts: bool) -> None:
        self.folder = folder
        self.data, self.cache = folder / "data", folder / "cache"
        self.episodes: list[Episode] = []
        self.index = IndexFile(self.cache / "search.sqlite", has_fts)
        self.version = 0

    def add(self, ident: str, title: str, words: str | None = None, name: str = "", **more: str) -> None:
        """Add an older episode than those that are there, with its words in a file."""
        if words is not None:
            file = self.folder / (name or f"{ident}.vtt")
            file.write_text(words, "utf-8")
            more["transcript"] = str(file)
        self.episodes.append(Episode(ident, title, **more))  # type: ignore[arg-type]

    def fill(self) -> None:
        self.version += 1
        fill(self.index, build_library([], self.episodes), self.sources, self.stamp)

    @property
    def sources(self) -> WordSources:
        return WordSources(self.data, self.cache)

    @property
    def stamp(self) -> str:
        return str(self.version)

    def ask(self, typed: str, *bookmarks: Bookmark, most: int | None = EPISODES) -> Results:
        ids = {episode.id for episode in self.episodes}
        with self.index.reading() as db:
            return look_up(db, parse_query(typed), self.index.has_fts, most, bookmarks, ids.__contains__)

    def ids(self, typed: str) -> list[str]:
        return [found.id for found in self.ask(typed).found]


@pytest.fixture(params=[True, False], ids=["fts5", "without"])
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    return Desk(tmp_path, request.param)


def only(results: Results) -> Found:
    (found,) = results.found
    return found


def test_word_of_a_timed_transcript_is_found_in_its_sentence_with_its_second(desk: Desk) -> None:
    desk.add("one", "One", VTT)
    desk.fill()
    (hit,) = only(desk.ask("patterns")).hits
    assert (hit.kind, hit.start) == (Kind.WORDS, 1.0)
    assert hit.text == "Ada Lovelace: The engine weaves algebraic patterns."


def test_speaker_is_found(desk: Desk) -> None:
    desk.add("one", "One", VTT)
    desk.fill()
    assert only(desk.ask("charles numbers")).hits[0].start == 8.0


def test_title_comes_before_words_and_the_newest_first(desk: Desk) -> None:
    desk.add("newer", "Something", "The engine runs. So does that engine.")
    desk.add("older", "Something else", "The engine stands still.")
    desk.add("oldest", "The Engine")
    desk.fill()
    assert desk.ids("engine") == ["oldest", "newer", "older"]


def test_title_with_the_very_word_comes_before_one_that_goes_on(desk: Desk) -> None:
    desk.add("goes-on", "Transformers at work")
    desk.add("very-word", "The transform")
    desk.fill()
    assert desk.ids("transform") == ["very-word", "goes-on"]


def test_kind_says_where_it_was_found(desk: Desk) -> None:
    desk.add("one", "One", summary="About a lighthouse. And a ship.")
    desk.fill()
    (hit,) = only(desk.ask("light")).hits
    assert (hit.kind, hit.text, hit.start) == (Kind.SUMMARY, "About a lighthouse.", None)


def test_words_of_title_and_summary_together_are_found(desk: Desk) -> None:
    desk.add("one", "Lighthouses", summary="Of Brittany.")
    desk.fill()
    assert desk.ids("lighthouses brittany") == ["one"]


def test_episode_whose_title_has_what_is_left_out_is_left_out_whole(desk: Desk) -> None:
    desk.add("one", "Ships", "A harbour at night.")
    desk.add("two", "Trains", "A harbour by day.")
    desk.fill()
    assert desk.ids("harbour -ships") == ["two"]
    assert desk.ids("harbour -night") == ["two"]


def test_phrase_is_found_as_it_stands(desk: Desk) -> None:
    desk.add("one", "One", "The end of the line.")
    desk.add("two", "Two", "The line of the end.")
    desk.fill()
    assert desk.ids('"end of the line"') == ["one"]


def test_letters_without_blanks_are_found(desk: Desk) -> None:
    desk.add("one", "One", "これは機械学習です。")
    desk.fill()
    assert desk.ids("学習") == ["one"]


def test_long_transcript_shows_some_matches_and_counts_the_rest(desk: Desk) -> None:
    desk.add("one", "One", " ".join(f"The engine is number {number}, {'and on ' * 40}." for number in range(10)))
    desk.fill()
    found = only(desk.ask("engine"))
    assert [hit.text.split(",")[0] for hit in found.hits] == [f"The engine is number {number}" for number in range(3)]
    assert found.more == 7
    assert len(only(desk.ask("engine", most=None)).hits) == 10


def test_bookmark_beside_the_index_is_found_with_its_episode(desk: Desk) -> None:
    desk.add("one", "One", VTT)
    desk.add("two", "Engines")
    desk.fill()
    kept = Bookmark("one", 4.5, 8.0, START, START, note="My note on that engine.", title="One")
    gone = Bookmark("gone", 1.0, 2.0, START, START, "An engine.", title="Gone")
    found = desk.ask("engine", kept, gone, kept._replace(note="Nothing."), kept._replace(is_removed=True)).found
    assert [(one.id, one.title) for one in found] == [("one", "One"), ("gone", "Gone"), ("two", "Engines")]
    assert [(hit.kind, hit.start) for hit in found[0].hits] == [(Kind.BOOKMARK, 4.5), (Kind.WORDS, 1.0)]


def test_nothing_found_tells_of_a_transcript_whose_end_is_not_read(desk: Desk) -> None:
    desk.add("one", "One", "Waves. " * 300_000 + "Lighthouse.")
    desk.fill()
    assert desk.ask("lighthouse").why_nothing == "Of 1 transcript only the first 2,000,000 characters are searched."
    assert desk.ask("waves").why_nothing == ""
    desk.episodes.clear()
    desk.add("one", "One", "Waves.")
    desk.fill()
    assert desk.ask("lighthouse").why_nothing == ""


def test_changed_title_and_words_replace_the_former(desk: Desk) -> None:
    desk.add("one", "Lighthouses", "The engine runs.")
    desk.add("two", "Two", "Waves.")
    desk.fill()
    desk.episodes.clear()
    desk.add("one", "Harbours", "The sails are set.")
    desk.fill()
    assert [desk.ids(word) for word in ("lighthouses", "engine", "waves", "harbours", "sails")] == [
        [], [], [], ["one"], ["one"],
    ]  # fmt: skip


def test_recognised_words_are_found_until_they_are_taken_away(desk: Desk) -> None:
    files = TranscriptFiles(desk.data / RECOGNISED)
    desk.add("one", "One", audio="/one.mp3")
    desk.fill()
    with files.writing("one", "m") as writer:
        writer.add((Cue("The keeper lit the lamp.", 1.0, 3.0),), 3.0)
        writer.complete(3.0)
    assert not is_current(desk.index, desk.stamp)
    desk.fill()
    (hit,) = only(desk.ask("keeper lamp")).hits
    assert (hit.kind, hit.start, hit.is_recognised) == (Kind.WORDS, 1.0, True)
    files.remove("one")
    assert not is_current(desk.index, desk.stamp)
    desk.fill()
    assert desk.ids("keeper") == []


def test_index_is_current_until_library_or_words_change(desk: Desk) -> None:
    assert not is_current(desk.index, desk.stamp)
    desk.add("one", "One", VTT)
    desk.fill()
    assert is_current(desk.index, desk.stamp)
    assert not is_current(desk.index, "other")
    (desk.folder / "two.vtt").touch()
    os.utime(desk.folder, ns=(1, 1))
    assert not is_current(desk.index, desk.stamp)


@pytest.mark.parametrize("content", [b"", b"no database" * 1000, b"SQLite format 3\0" + bytes(5000)])
def test_damaged_index_is_made_anew(desk: Desk, content: bytes) -> None:
    desk.add("one", "One", VTT)
    desk.fill()
    assert desk.index.file is not None
    desk.index.file.write_bytes(content)
    with pytest.raises(SearchError), desk.index.reading():
        pass
    assert not is_current(desk.index, desk.stamp)
    desk.fill()
    assert desk.ids("engine") == ["one"]


def test_index_damaged_inside_says_so_and_is_made_anew(desk: Desk) -> None:
    for number in range(200):
        desk.add(f"e{number}", f"Engine {number}", f"Word{number} and others. " * 200)
    desk.fill()
    assert desk.index.file is not None
    content = bytearray(desk.index.file.read_bytes())
    content[8192:] = bytes(len(content) - 8192)
    desk.index.file.write_bytes(content)
    with pytest.raises(SearchError, match="anew"):
        desk.ask("engine")
    desk.fill()
    assert len(desk.ids("engine")) == 30


def test_index_of_another_version_is_made_anew(desk: Desk) -> None:
    desk.add("one", "One", VTT)
    desk.fill()
    assert desk.index.file is not None
    with sqlite3.connect(desk.index.file) as db:
        db.execute("UPDATE about SET value = 'of the future' WHERE name = 'version'")
    db.close()
    desk.fill()
    assert desk.ids("engine") == ["one"]


def test_index_that_cannot_be_written_says_so(desk: Desk) -> None:
    desk.cache.write_text("in the way")
    with pytest.raises(SearchError, match="cannot be kept"):
        desk.fill()


def test_notes_and_transcript_of_a_podcast_are_found(desk: Desk) -> None:
    store = FeedStore(desk.data)
    store.subscribe([Entry("https://example.org/feed")])
    item = Item(
        "1", "Ships", "Of ships.", "<p>Of ships.</p><p>With the keeper of a <b>lighthouse</b>.</p>",
        audio="https://example.org/1.mp3", transcript="https://example.org/1.vtt",
    )  # fmt: skip
    store.store("https://example.org/feed", Feed("Sea", (item,)))
    store.db.close()
    desk.episodes = list(read_feeds(desk.data).episodes)
    copy = desk.cache / "remote" / copy_name("https://example.org/1.vtt")
    copy.parent.mkdir(parents=True)
    copy.write_text(VTT)
    desk.fill()
    (hit,) = only(desk.ask("lighthouse")).hits
    assert (hit.kind, hit.text) == (Kind.NOTES, "With the keeper of a lighthouse.")
    assert only(desk.ask("algebraic")).hits[0].start == 1.0
    copy.unlink()  # the folder keeps only so many
    desk.fill()
    assert only(desk.ask("algebraic")).hits[0].start == 1.0
