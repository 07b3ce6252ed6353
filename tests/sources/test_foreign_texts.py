"""The door for texts that others wrote: what comes through it, and what is remembered.

What does harm to its reader is named and left out, the rest goes on, and it is not read again.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harm import HARMS, allow
from tests.sources import server
from tests.sources.folders.shelf import Shelf
from tests.sources.folders.sounds import make_mp3
from tests.sources.server import Site, feed, item
from tui_pod.core.library.transcript import parse_transcript
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.player.timeline import plan
from tui_pod.core.text.document import Block, Document
from tui_pod.net.access import PUBLIC
from tui_pod.runtime.limited_processes import ContentFault, LimitedProcesses
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.files import read_files
from tui_pod.shelf.published import FeedError
from tui_pod.sources import foreign_texts
from tui_pod.sources.foreign_texts import OWN, ForeignTexts
from tui_pod.sources.podcasts.pages import read_page
from tui_pod.sources.podcasts.rss import parse_feed

VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ada>One.\n"


def test_texts_come_through_as_their_readers_return_them(tmp_path: Path) -> None:
    texts, file = ForeignTexts(tmp_path), tmp_path / "a.vtt"
    file.write_text(VTT)
    transcript = parse_transcript(VTT, None)
    assert texts.transcript(VTT, None) == texts.transcript_in(file, None) == transcript
    assert texts.cues_in(file, None) == ([*transcript.cues], False)
    assert texts.chapters('{"chapters":[{"startTime":1,"title":"A"}]}') == (Chapter(1.0, "A"),)
    assert (texts.notes("<p>A<p>B"), texts.plain_texts(["<b>A</b>", ""])) == ("A\n\nB", ["A", ""])
    texts.close()


def test_interruption_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def call(*_: object, **__: object) -> None:
        raise ContentFault("reading it was interrupted")

    texts = ForeignTexts(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(LimitedProcesses, "call", call)
        assert texts.transcript(VTT, None).fault == "reading it was interrupted"
        with pytest.raises(ContentFault):
            texts.plain_texts(["<p>A"])
    assert texts.transcript(VTT, None).fault is None
    texts.close()


def test_own_transcripts_need_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LimitedProcesses, "call", None)
    assert ForeignTexts().transcript_in(OWN / "rope.txt", None).cues


def test_planned_text_is_read_whole_and_others_up_to_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_texts, "MAX_BYTES", 500)
    planned = plan(Document("Fog", (Block("paragraph", "The keeper lit the lamp. " * 50),), language="en"))
    (tmp_path / "planned.vtt").write_text(planned.as_webvtt(), "utf-8")
    (tmp_path / "other.vtt").write_text(planned.as_webvtt().replace("NOTE planned text en\n\n", ""), "utf-8")
    texts = ForeignTexts()
    assert len(texts.transcript_in(tmp_path / "planned.vtt", None).cues) == 50
    assert 0 < len(texts.transcript_in(tmp_path / "other.vtt", None).cues) < 50
    texts.close()


SHEET = 'FILE "{}.mp3" MP3\nTRACK 01 AUDIO\nTITLE "{}"\nINDEX 01 00:00:00\n'

MARKS = (
    '<psc:chapters xmlns:psc="http://podlove.org/simple-chapters"><psc:chapter start="0:05" title="Then"/>'
    "</psc:chapters><category>Fog</category>"
)

READ: dict[str, Callable[[ForeignTexts, Path, str], object]] = {
    "transcript": lambda texts, _, harm: texts.transcript(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{harm}\n", None).fault,
    "chapters": lambda texts, _, harm: texts.chapters(f'{{"chapters":[{{"startTime":1,"title":"{harm}"}}]}}'),
    "notes": lambda texts, _, harm: texts.notes(f"<p>{harm}"),
    "text in a recording": lambda texts, folder, harm: texts.transcript_in(folder / f"{harm}.mp3", 1.0).fault,
}


@pytest.mark.parametrize("kind", READ)
def test_text_that_does_harm_is_a_fault_and_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    called, texts = allow(monkeypatch), ForeignTexts(tmp_path)
    for name in (*HARMS, "good", "HANGS no more"):
        make_mp3(tmp_path / f"{name}.mp3")

    def read(harm: str) -> object:
        try:
            return READ[kind](texts, tmp_path, harm)
        except ContentFault as fault:
            return str(fault)

    assert [read(harm) for harm in HARMS] == [*HARMS.values()]
    called.clear()
    assert [read(harm) for harm in HARMS] == [*HARMS.values()]
    assert not called
    assert read("good") not in HARMS.values()
    assert read("HANGS no more") == HARMS["HANGS"]
    assert len(called) == 2
    texts.close()


def test_recordings_and_cue_sheets_that_do_harm_are_named_and_the_others_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called, shelf = allow(monkeypatch), Shelf(tmp_path)
    for name in (*HARMS, *"abc"):
        shelf.put(f"{name}.mp3", f"Talk {name}")
    for name, chapter in zip("abc", (*HARMS, "Fog"), strict=False):
        (shelf.folder / f"{name}.cue").write_text(SHEET.format(name, chapter))
    (shelf.folder / "d.cue").write_text(SHEET.format("a", "Fog"))
    feed_id = shelf.add().feed.feed_id
    assert sorted(file.tags.cue for file in read_files(shelf.store, feed_id).values()) == ["", "", "0.000 Fog"]
    assert shelf.course() == ["Talk a", "Talk b", "Talk c"]
    (named,) = shelf.store.take_notices()
    assert named.startswith(f"{shelf.folder}: 6 files or folders cannot be read, such as ")
    assert any(fault in named for fault in HARMS.values())
    called.clear()
    shelf.put("new.mp3", "Talk new")
    assert shelf.refresh().new == 1
    assert sorted(called) == [f"tui_pod.sources.folders.{reader}" for reader in ("cue:read_cue", "tags:read_file")]


def test_feed_that_does_harm_is_refused_and_another_arrives_as_it_was_parsed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    called, policy = allow(monkeypatch), PUBLIC.widened(site.allowed, ())
    document = feed(f'<itunes:category text="Arts"/>{item(1, "https://ann:secret@a.org/1.mp3", MARKS)}{item(2)}')
    for name in (*HARMS, "good"):
        site.replies[f"/{name}"] = server.body(document)
    found = read_page(site.url("/good"), policy, CancelToken())[1]
    assert found == parse_feed(document.encode(), site.url("/good"))
    assert all((found.categories, found.items[0].marks, found.items[0].login, found.items[0].keywords))
    for harm, fault in 2 * [*HARMS.items()]:
        with pytest.raises(FeedError, match=f"^The feed cannot be read: {re.escape(fault)}.$"):
            read_page(site.url(f"/{harm}"), policy, CancelToken())
    assert len(called) == 4
