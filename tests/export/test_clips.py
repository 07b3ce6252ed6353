"""The stretch and the name of a clip; the encoder is a fake."""

from pathlib import Path

import pytest

from tests.fakes import START
from tui_pod.audio.opus import CLIP
from tui_pod.core.player.snapshot import Source
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.export import clips
from tui_pod.export.clips import write_clip
from tui_pod.export.pages import ExportPage


@pytest.mark.parametrize(
    ("start", "end", "text", "offset", "stretch"),
    [
        (61.5, 64.0, "Said.", 0.0, ("61.250", "64.400")),
        (61.5, 64.0, "", 0.0, ("61.500", "64.000")),
        (0.1, 2.0, "Said.", 0.0, ("0.000", "2.400")),
        (61.5, 64.0, "Said.", 60.0, ("1.250", "4.400")),
        (10.0, 10.1, "", 0.0, ("10.000", "11.000")),
    ],
    ids=["a sentence", "no words", "at the start", "in a later file", "too short"],
)
def test_clip_has_margins_around_words_and_lasts_a_second_at_least(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    start: float, end: float, text: str, offset: float, stretch: tuple[str, str],
) -> None:  # fmt: skip
    made = list[object]()
    monkeypatch.setattr(clips, "encode_opus", lambda *given, **times: made.extend((*given, times)))
    bookmark, page, audio = Bookmark("one", start, end, START, START, text), ExportPage("one", "One", ()), Source("/a")
    assert write_clip(tmp_path, page, bookmark, audio, offset)
    assert made[0] is audio
    assert made[2:] == [CLIP, {"start": stretch[0], "end": stretch[1]}]


def test_clip_is_named_after_the_page_and_the_hundredth_and_not_cut_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clips, "encode_opus", lambda _audio, path, *_, **__: path.write_text("sound"))
    page, bookmark = ExportPage("one", "One", ()), Bookmark("one", 61.07, 64.0, START, START)
    assert write_clip(tmp_path, page, bookmark, Source("/a"))
    assert [path.name for path in tmp_path.glob("*.opus")] == [f"{page.name}-1-01-07.opus"]
    assert not write_clip(tmp_path, page, bookmark, Source("/a"))
