"""The door for texts that others wrote: what comes through it, and what is remembered."""

from pathlib import Path

import pytest

from tui_pod.core.library.transcript import parse_transcript
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.player.timeline import plan
from tui_pod.core.text.document import Block, Document
from tui_pod.runtime.limited_processes import ContentFault, LimitedProcesses
from tui_pod.sources import foreign_texts
from tui_pod.sources.foreign_texts import OWN, ForeignTexts

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
