"""What is in the index follows the library and the words on disk."""

import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.search.desk import VTT, Desk, only
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.library.parts import Part, arrange
from tui_pod.core.library.transcript import Cue
from tui_pod.library.cache import changed_since, library_stamp, load_library
from tui_pod.recordings.documents import copy_name
from tui_pod.runtime.limited_processes import ContentFault, LimitedProcesses
from tui_pod.search import fill
from tui_pod.search.fill import is_current
from tui_pod.search.lookup import MatchKind
from tui_pod.search.sources import ReadWords, UnreadWords, WordSources
from tui_pod.shelf.database import bump
from tui_pod.shelf.episodes import delete_episodes
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.library import read_feeds
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.sources import foreign_texts
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.speech.transcript_files import RECOGNISED, TranscriptFiles


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


def test_sources_are_found_as_notes(desk: Desk) -> None:
    desk.add("one", "One")
    desk.fill()
    desk.episodes.clear()
    desk.add("one", "One", sources="Vaswani and others, 2017\nA page")
    desk.fill()
    assert [hit.kind for hit in only(desk.ask("vaswani")).hits] == [MatchKind.NOTES]


def test_book_is_found_by_who_made_it_its_folder_and_the_words_of_its_parts(desk: Desk) -> None:
    files = [desk.folder / f"{number}.vtt" for number in (1, 2)]
    files[0].write_text(VTT, "utf-8")
    files[1].write_text("WEBVTT\n\n00:05.000 --> 00:07.000\nGhosts walk here.\n", "utf-8")
    parts = arrange(Part(f"/{file.stem}.mp3", 60.0, file.stem, str(file)) for file in files)
    desk.episodes.append(
        Episode(
            "one", "Emma", "A story.", 120.0, tags=("Novels",), audio="/1.mp3", parts=parts,
            author="Jane Austen", narrator="Ann Reader", series="Highbury 2",
        )
    )  # fmt: skip
    desk.fill()
    assert only(desk.ask("austen")).hits[0].text == "Jane Austen · Ann Reader · Highbury 2 · Novels"
    for typed in ("austen", "reader", "highbury", "novels", "emma austen"):
        assert desk.ids(typed) == ["one"]
    assert [hit.start for hit in only(desk.ask("engine")).hits] == [1.0]
    assert [hit.start for hit in only(desk.ask("ghosts")).hits] == [65.0]


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
    assert (hit.kind, hit.start, hit.is_recognised) == (MatchKind.WORDS, 1.0, True)
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


def test_notes_and_transcript_of_a_podcast_are_found(desk: Desk) -> None:
    store = FeedStore(desk.data)
    store.subscribe([Entry("https://example.org/feed")])
    item = PublishedItem(
        "1", "Ships", "Of ships.", "<p>Of ships.</p><p>With the keeper of a <b>lighthouse</b>.</p>",
        audio="https://example.org/1.mp3", transcript="https://example.org/1.vtt",
    )  # fmt: skip
    store.store("https://example.org/feed", Published("Sea", (item,)))
    store.db.close()
    desk.episodes = list(read_feeds(desk.data).episodes)
    copy = desk.cache / "remote" / copy_name("https://example.org/1.vtt")
    copy.parent.mkdir(parents=True)
    copy.write_text(VTT)
    desk.fill()
    (hit,) = only(desk.ask("lighthouse")).hits
    assert (hit.kind, hit.text) == (MatchKind.NOTES, "With the keeper of a lighthouse.")
    assert only(desk.ask("algebraic")).hits[0].start == 1.0
    copy.unlink()  # the folder keeps only so many
    desk.fill()
    assert only(desk.ask("algebraic")).hits[0].start == 1.0


def test_episode_that_left_the_library_leaves_the_index(desk: Desk) -> None:
    desk.add("one", "Lighthouses", "The engine runs.")
    desk.add("two", "Two", "Waves.")
    desk.fill()
    del desk.episodes[0]
    desk.fill()
    with desk.index.reading() as db:
        assert [row[0] for row in db.execute("SELECT id FROM heads")] == ["two"]
        assert db.execute("SELECT count(*) FROM words").fetchone() == (1,)


def test_filling_reads_only_what_is_new(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    original = UnreadWords.read

    def spy(words: UnreadWords, texts: ForeignTexts) -> ReadWords:
        read.append(words.file)
        return original(words, texts)

    monkeypatch.setattr(UnreadWords, "read", spy)
    desk.add("one", "One", "Waves.")
    desk.fill()
    desk.add("two", "Two", "Sails.")
    desk.fill()
    assert [file.name for file in read] == ["one.vtt", "two.vtt"]


def test_filling_in_parts_tells_how_many_words_are_unread_and_gives_the_newest_the_highest_number(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fill, "BATCH", 2)
    monkeypatch.setattr(fill, "HEADS", 2)
    for number in range(5):
        desk.add(f"e{number}", "Title", f"Word{number}.")
    told: list[int] = []
    fill.fill(desk.index, build_library([], desk.episodes), desk.sources, "", told.append)
    assert told == [5, 3, 1]
    with desk.index.reading() as db:
        assert db.execute("SELECT value FROM about WHERE name = 'left'").fetchone() == ("0",)
        assert [row[0] for row in db.execute("SELECT id FROM heads ORDER BY number")] == ["e4", "e3", "e2", "e1", "e0"]


@pytest.mark.parametrize(
    ("summary", "notes", "hits"),
    [
        ("Of ships …", "<p>Of ships and the sea.", ["notes"]),
        ("Of ships", "<p>Of  ships", ["notes"]),
        ("Ships at say", "<p>Ships at sea", ["summary", "notes"]),
        ("Ships at sea", "<p>Of ships", ["summary", "notes"]),
    ],
)
def test_summary_that_only_begins_the_notes_is_indexed_once(
    desk: Desk, summary: str, notes: str, hits: list[str]
) -> None:
    store = FeedStore(desk.data)
    store.subscribe([Entry("https://example.org/feed")])
    item = PublishedItem("1", "One", summary, notes, audio="https://example.org/1.mp3")
    store.store("https://example.org/feed", Published("Sea", (item,)))
    store.db.close()
    desk.episodes = list(read_feeds(desk.data).episodes)
    desk.fill()
    assert [hit.kind for hit in only(desk.ask("ships", most=None)).hits] == hits


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"summary": "A story.", "author": "Jane"}, "Jane · Novels"),
        ({"summary": "A story", "author": "Jane"}, "A story · Jane · Novels"),
        ({"summary": "A story by Jane", "author": "Jane"}, "A story by Jane · Novels"),
        ({"summary": "", "narrator": "Jane"}, "Jane · Novels"),
        ({"summary": "", "series": "Jane"}, "Jane · Novels"),
    ],
)
def test_book_is_found_in_a_sentence_of_who_made_it_and_its_folders(
    desk: Desk, given: dict[str, str], text: str
) -> None:
    desk.episodes.append(Episode("one", "Emma", tags=("Novels",), **given))  # type: ignore[arg-type]
    desk.fill()
    assert only(desk.ask("jane")).hits[0].text == text
    assert desk.ids("novels") == ["one"]


def test_topics_of_what_is_no_file_are_not_indexed(desk: Desk) -> None:
    desk.episodes.append(Episode("one", "Emma", "A story.", tags=("Novels",)))
    desk.episodes.append(Episode("two", "Ada", tags=("Lives",), parts=arrange([Part("/1.mp3", 60.0)])))
    desk.episodes.append(Episode("three", "Frog", tags=("Tales",), audio="/Tales/frog.mp3"))
    desk.fill()
    assert (desk.ids("novels"), desk.ids("lives"), desk.ids("tales")) == ([], ["two"], ["three"])


def test_words_that_were_changed_are_read_again(desk: Desk) -> None:
    desk.add("one", "One", "Waves.")
    desk.fill()
    (desk.folder / "one.vtt").write_text("Sails and winds.", "utf-8")
    desk.fill()
    assert (desk.ids("waves"), desk.ids("sails")) == ([], ["one"])


def test_transcript_that_cannot_be_read_is_left_out_and_named_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add("one", "One", "[" + "{}," * 100_000 + "{}]", name="one.json")
    desk.add("two", "Two", "Waves.")
    monkeypatch.setattr(foreign_texts, "LIMITS", foreign_texts.LIMITS._replace(seconds=0.1))
    told: list[str] = []
    for _ in range(2):
        fill.fill(desk.index, build_library([], desk.episodes), desk.sources, "1", left_out=told.append)
    assert told == ["one is not searched: its transcript cannot be read: it takes too long."]
    assert desk.ids("waves") == ["two"]
    assert desk.ask("xylophone").why_nothing == "1 transcript cannot be read."


def test_notes_that_cannot_be_read_leave_the_rest(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def to_text(self: LimitedProcesses, function: str, *texts: Any, **_: object) -> Any:
        if "Bad" in str(texts):
            raise ContentFault("it is broken", is_lasting=True)
        return texts[0]

    monkeypatch.setattr(WordSources, "notes", lambda self, ids: {ident: f"{ident} notes" for ident in ids})
    monkeypatch.setattr(LimitedProcesses, "call", to_text)
    desk.add("Bad", "One")
    desk.add("Good", "Two")
    desk.fill()
    assert (desk.ids("notes"), desk.ids("one")) == (["Good"], ["Bad"])


def test_only_podcasts_that_changed_are_read_again(tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    feeds, read, asked = [f"https://{name}.example.org/" for name in "abc"], list[str](), WordSources.words

    def words(sources: WordSources, episode: Episode) -> UnreadWords | None:
        read.append(episode.title)
        return asked(sources, episode)

    def update(titles: list[str]) -> list[str]:
        """Store the titles as episodes of the second podcast; return the episodes that are looked at for the index."""
        read.clear()
        store.store(feeds[1], Published("B", tuple(PublishedItem(title, title) for title in titles)))
        stamp = library_stamp([], desk.data)
        library = load_library([], tmp_path / "cache", desk.data).library
        desk.episodes = [*map(library.episode, range(len(library)))]
        fill.fill(
            desk.index, library, desk.sources, stamp, changed_since=partial(changed_since, stamp=stamp, data=desk.data)
        )
        return sorted(read)

    monkeypatch.setattr(WordSources, "words", words)
    store = FeedStore(desk.data)
    store.subscribe(map(Entry, feeds))
    for number, feed in enumerate(feeds):
        store.store(feed, Published("Any", (PublishedItem("1", f"Lighthouse {number}"),)))
    assert update(["Harbour"]) == ["Harbour", "Lighthouse 0", "Lighthouse 1", "Lighthouse 2"]
    assert update(["Harbour", "Ferry"]) == ["Ferry", "Harbour", "Lighthouse 1"]
    assert len(desk.ids("lighthouse")) == 3
    assert len(desk.ids("ferry")) == 1
    store.remove(feeds[1])
    assert len(update([])) == 0
    assert desk.ids("ferry") == []
    (ident,), (other,) = (store.episode_ids(feed) for feed in (feeds[0], feeds[2]))
    with store.db.write() as db:
        delete_episodes(db, [ident])
        db.execute("INSERT INTO aliases VALUES (?, ?)", (ident, other))
        bump(db, 1)
    update([])
    with desk.reading() as db:
        assert db.execute("SELECT id FROM heads").fetchall() == [(other,)]
    store.configure(feeds[0], {"speed": "1.5"})
    assert update([]) == ["Lighthouse 2"]
