"""Pictures of covers, made by the real libmpv; and what is made to harm, refused.

Lengths and chapters of files, asked from the real libmpv.
"""

import subprocess
from pathlib import Path

import pytest

from tests.pictures import make_png
from tests.sources.folders.sounds import make_au, make_m4b, make_mka
from tests.tools import needs
from tui_pod.audio import contents, cover
from tui_pod.audio.contents import FileContents, read_contents
from tui_pod.audio.cover import LIMITS, PICTURE_BYTES, SIDE, make_picture
from tui_pod.audio.libmpv import NoPlayer
from tui_pod.core.player.snapshot import Chapter
from tui_pod.runtime.limited_processes import ContentFault, LimitedProcesses

RED, BLUE = bytes((254, 0, 0)), bytes((0, 0, 254))


def picture(source: Path) -> bytes | None:
    """Return the picture that the program makes of a file; None: it makes none."""
    target = source.with_name("picture")
    processes = LimitedProcesses(LIMITS)
    try:
        is_made = processes.call("tui_pod.audio.cover:make_picture", str(source), str(target))
    except ContentFault:
        is_made = False
    processes.close()
    assert target.exists() == is_made
    return target.read_bytes() if is_made else None


def colours(made: bytes | None) -> tuple[bytes, bytes]:
    """Return what is left and right in the middle row, with the last bits away."""
    assert made is not None
    assert len(made) == PICTURE_BYTES
    row = made[SIDE // 2 * SIDE * 3 :][: SIDE * 3]
    left, right = (bytes(value & 0xFE for value in pixel) for pixel in (row[30:33], row[-33:-30]))
    return left, right


@pytest.mark.parametrize("name", ["cover.png", "named-otherwise.mp3", "no-suffix"])
def test_image_becomes_a_square_whatever_its_name(tmp_path: Path, name: str) -> None:
    assert colours(picture(make_png(tmp_path / name, 300, 200))) == (RED, BLUE)


@needs("ffmpeg")
def test_cover_inside_an_audio_file_is_found(tmp_path: Path) -> None:
    cover = make_png(tmp_path / "in.png", 64, 64)
    audio = tmp_path / "a.mp3"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=2", "-i", cover, "-map", "0", "-map", "1",
         "-c:v", "copy", "-disposition:v", "attached_pic", audio], check=True,
    )  # fmt: skip
    assert colours(picture(audio)) == (RED, BLUE)


def test_picture_of_400_million_pixels_is_refused(tmp_path: Path) -> None:
    assert picture(make_png(tmp_path / "a.png", 20_000, 20_000, is_whole=False)) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG", b"GIF89a", b"RIFF....WEBP", b"\xff\xd8\xff", b"<svg xmlns='http://www.w3.org/2000/svg'/>",
     b"#EXTM3U\n/etc/passwd\n", b"ffconcat version 1.0\nfile /etc/passwd\n"],
    ids=["empty", "png", "gif", "webp", "jpeg", "svg", "playlist", "concat"],
)  # fmt: skip
def test_what_is_no_whole_image_gives_no_picture(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    assert picture(tmp_path / "a") is None


def test_picture_that_takes_too_long_is_not_taken_for_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_png(tmp_path / "a.png", 64, 64)
    monkeypatch.setattr(cover, "PATIENCE", 0.0)
    with pytest.raises(TimeoutError):
        make_picture(str(source), str(tmp_path / "picture"))


def test_file_that_is_gone_gives_no_picture(tmp_path: Path) -> None:
    assert picture(tmp_path / "gone") is None


def test_each_file_has_its_length_and_what_is_no_sound_has_none(tmp_path: Path) -> None:
    sound, longer = make_au(tmp_path / "1.au", 3.0), make_au(tmp_path / "2.au", 61.5)
    text = tmp_path / "3.ac3"
    text.write_text("No sound.")
    paths = [str(sound), str(text), str(tmp_path / "gone.au"), str(longer)]
    assert read_contents(paths) == {
        paths[0]: FileContents(3.0), paths[1]: FileContents(), paths[2]: FileContents(), paths[3]: FileContents(61.5),
    }  # fmt: skip


def test_chapters_of_a_file_are_told_in_order(tmp_path: Path) -> None:
    path = str(make_m4b(tmp_path / "1.m4b", 30, {12: "Two", 0: "Öne"}))
    assert read_contents([path]) == {path: FileContents(30.0, (Chapter(0.0, "Öne"), Chapter(12.0, "Two")))}


def test_matroska_has_its_title(tmp_path: Path) -> None:
    path = str(make_mka(tmp_path / "1.mka", 2.0, "The\x1bTalk"))
    found = read_contents([path])[path]
    assert (round(found.duration, 1), found.title) == (2.0, "TheTalk")


def test_without_libmpv_no_length_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise NoPlayer(OSError("Cannot find libmpv"))

    monkeypatch.setattr(contents, "open_mpv", fail)
    assert read_contents(["/1.au"]) == {}
