"""The command `narrate`, with a voice that writes files at once."""

import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tinytag import TinyTag

from tui_pod.audio.chime import chime_file
from tui_pod.audio.ogg import length_of
from tui_pod.audio.opus import SPEECH, encode_opus
from tui_pod.cli.main import main
from tui_pod.cli.speech import narrate
from tui_pod.config.paths import Paths
from tui_pod.config.settings import NarrationSettings
from tui_pod.core.library.transcript import parse_transcript, timed_cues
from tui_pod.core.player.timeline import plan
from tui_pod.core.text.document import Block, Document
from tui_pod.runtime.installer import install_command
from tui_pod.services.narration import make_narrator
from tui_pod.speech.narrator import VOICE, Narration, NarrationError, Script
from tui_pod.speech.pieces import PlannedText

EPISODE = '[[episodes]]\nid = {}\ntitle = "T"\nsummary = "Said."\nduration = 10\n'


@cache
def sound() -> bytes:
    """Return an Opus file: the chime."""
    with TemporaryDirectory() as folder:
        encode_opus(chime_file(Path(folder)), Path(folder) / "x.opus", SPEECH)
        return (Path(folder) / "x.opus").read_bytes()


class FakeNarrator:
    """Writes what it is asked to say into a file."""

    def __init__(self, paths: Paths, _settings: NarrationSettings, _cache_bytes: int) -> None:
        self._folder = paths.cache / "narrations"
        self._folder.mkdir(parents=True, exist_ok=True)

    def missing(self) -> str | None:
        return None

    async def render(self, script: Script) -> Narration:
        if "Unspeakable" in str(script):
            raise NarrationError("This cannot be narrated.")
        audio = self._folder / ("made.wav" if "Unencodable" in str(script) else "made.opus")
        audio.write_bytes(sound())
        audio.with_suffix(".vtt").write_text("WEBVTT")
        name = audio.with_suffix(".name.wav") if script.name else None
        if name is not None:
            shutil.copyfile(chime_file(self._folder), name)
        return Narration(audio, 10.05, (), name)

    async def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def _fake_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narrate, "make_narrator", FakeNarrator)


def options(folder: Path, *idents: str, more: str = "") -> list[str]:
    """Return the options for a catalogue of episodes with these ids."""
    catalog = folder / "c.toml"
    catalog.write_text("version = 1\n" + "".join(EPISODE.format(json.dumps(ident)) for ident in idents) + more, "utf-8")
    return ["--catalog", str(catalog), "--state", str(folder / "state.toml"), "narrate"]


def test_all_are_rendered_measured_and_copied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorded = '[[episodes]]\nid = "recorded"\ntitle = "R"\naudio = "https://example.org/r.mp3"\n'
    asked = options(tmp_path, "one", "two", more=recorded)
    assert main([*asked, "--all", "--out", str(tmp_path / "deep" / "out")]) == 0
    made = sorted(path.name for path in (tmp_path / "deep" / "out").glob("[!.]*"))
    assert made == ["one.opus", "one.vtt", "two.opus", "two.vtt"]
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [[name, "0:10", "+0.50%"] for name in ("one", "two")]


def test_planned_text_is_written_whole_with_the_times_of_its_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paragraph = Block("paragraph", "The keeper lit the lamp before the fog came in. " * 8)
    planned = plan(Document("Fog", (paragraph,) * 6, language="en"))
    pieces = PlannedText(parse_transcript(planned.as_webvtt())).whole()
    (tmp_path / "fog.vtt").write_text(planned.as_webvtt(), "utf-8")
    asked = options(tmp_path, more=EPISODE.format('"fog"') + 'transcript = "fog.vtt"\n')
    assert main([*asked, "fog", "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.split()[0] == "fog"
    assert TinyTag.get(tmp_path / "out" / "fog.opus").duration == pytest.approx(2 * length_of(sound()), abs=0.05)
    cues = list(timed_cues((tmp_path / "out" / "fog.vtt").read_text("utf-8")))
    assert [cue.text for cue in cues] == [cue.text for cue in planned.cues]
    assert [len(pieces), cues[0].start, cues[pieces[1].first].start] == pytest.approx(
        [2, 0.15, length_of(sound())], abs=0.001
    )


def test_files_are_named_as_downloads_are_on_wish_and_stay_when_a_title_changes(tmp_path: Path) -> None:
    out, asked = tmp_path / "out", options(tmp_path, "one", "two", more=COURSE)
    assert main([*asked, "one", "--out", str(out), "--named"]) == 0
    made = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*") if path.name[0] != ".")
    assert made == ["The course/T.opus", "The course/T.vtt"]
    catalog = tmp_path / "c.toml"
    catalog.write_text(catalog.read_text("utf-8").replace('"T"', '"Another"'), "utf-8")
    assert main([*asked, "one", "--out", str(out), "--named"]) == 0
    assert TinyTag.get(out / "The course" / "T.opus").title == "Another"
    assert not [*out.rglob("Another*")]


COURSE = (
    '[[topics]]\nname = "The course"\n[[topics]]\nname = "1. First"\nparent = "The course"\nepisodes = ["two", "one"]\n'
)


def test_files_have_title_number_album_and_cover(tmp_path: Path) -> None:
    assert main([*options(tmp_path, "one", "two", more=COURSE), "one", "--out", str(tmp_path / "out")]) == 0
    tag = TinyTag.get(tmp_path / "out" / "one.opus", image=True)
    assert (tag.title, tag.album, tag.track, tag.track_total) == ("T", "The course", 2, 2)
    assert tag.images.front_cover is not None
    assert tag.images.front_cover.data.startswith(b"\x89PNG")
    assert tag.duration == pytest.approx(length_of(sound()), abs=0.05)


def test_acts_are_one_file_each_with_names_chimes_and_chapters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    (tmp_path / "t.txt").write_text("Some words.")
    more = "".join(EPISODE.format(f'"{ident}"') + 'transcript = "t.txt"\n' for ident in ("one", "two"))
    assert main([*options(tmp_path, "three", more=more + COURSE), "--all", "--acts", "--out", str(out)]) == 0
    assert [path.name for path in out.glob("[!.]*")] == ["1. First.opus"]
    assert str(out / "1. First.opus") in capsys.readouterr().out
    tag = TinyTag.get(out / "1. First.opus")
    each = length_of(sound())
    assert tag.duration == pytest.approx(5 * each, abs=0.2)  # name, text, chime, name, text
    assert b"CHAPTER001NAME=T" in (out / "1. First.opus").read_bytes()
    assert f"CHAPTER002=00:00:{2 * each:06.3f}".encode() in (out / "1. First.opus").read_bytes()


@pytest.mark.parametrize(("idents", "asked", "status"), [((), ["--all"], 0), (("one",), ["one", "--acts"], 1)])
def test_nothing_to_make_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], idents: tuple[str, ...], asked: list[str], status: int
) -> None:
    recorded = '[[episodes]]\nid = "recorded"\ntitle = "R"\naudio = "https://example.org/r.mp3"\n'
    assert main([*options(tmp_path, *idents, more=recorded), *asked, "--out", str(tmp_path / "out")]) == status
    out, err = capsys.readouterr()
    assert (out, "nothing to" in err) == ("", True)


def test_acts_without_a_folder_are_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*options(tmp_path, "one"), "one", "--acts"]) == 2
    assert "--out DIR" in capsys.readouterr().err


@pytest.mark.parametrize("ident", ["../above", "/{folder}/elsewhere", "a/b", "."])
def test_id_that_would_leave_the_folder_is_refused(
    ident: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "in" / "out"
    asked = options(tmp_path, ident.format(folder=tmp_path), "fine")
    assert main([*asked, "--all", "--out", str(out)]) == 1
    assert sorted(path.name for path in tmp_path.rglob("*.opus") if path.name != "made.opus") == ["fine.opus"]
    assert "is not a file name" in capsys.readouterr().err


def test_one_that_cannot_be_said_or_encoded_does_not_keep_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two, three = (EPISODE.format(f'"{ident}"').replace("Said", said)
                  for ident, said in (("two", "Unencodable"), ("three", "Unspeakable")))  # fmt: skip
    asked = options(tmp_path, "one", more=two + three)
    assert main([*asked, "two"]) == 0  # it is good enough for the app
    capsys.readouterr()
    assert main([*asked, "--all", "--out", str(tmp_path / "out")]) == 1
    assert sorted(path.name for path in (tmp_path / "out").glob("[!.]*")) == ["one.opus", "one.vtt"]
    out, err = capsys.readouterr()
    assert sorted(err.splitlines()) == [
        "tui-pod: three: This cannot be narrated.",
        "tui-pod: two: it is narrated, but libmpv could not encode it as Opus, so it was not copied. "
        "To see what is missing, run: tui-pod doctor",
    ]
    assert [line.split()[0] for line in out.splitlines()] == ["one"]


def test_interrupt_ends_the_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = []

    class Interrupted(FakeNarrator):
        async def render(self, script: Script) -> Narration:
            raise KeyboardInterrupt

        async def close(self) -> None:
            ended.append("worker")

    monkeypatch.setattr(narrate, "make_narrator", Interrupted)
    assert main([*options(tmp_path, "one"), "one"]) == 130
    assert ended == ["worker"]


def test_nothing_named_is_wrong_usage_and_says_what_to_type(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(options(tmp_path, "one")) == 2
    assert capsys.readouterr().err == (
        "tui-pod narrate: name episodes by their ids, as in: tui-pod narrate one-id other-id; "
        "or narrate everything: tui-pod narrate --all\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nine", "one"], "no episode “nine”;"),
        (["nine", "one", "--all", "--out", "{folder}/out"], "no episode “nine”;"),
        (["recorded"], "recorded has a recording"),
        (["one", "--out", "{folder}/c.toml"], "c.toml cannot be created"),
    ],
)
def test_wrong_wish_says_what_is_wrong(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded = '[[episodes]]\nid = "recorded"\ntitle = "R"\naudio = "https://example.org/r.mp3"\n'
    asked = [*options(tmp_path, "one", more=recorded), *(word.format(folder=tmp_path) for word in words)]
    assert main(asked) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_no_voice_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(narrate, "make_narrator", make_narrator)
    monkeypatch.setattr("tui_pod.speech.narrator.has_voice", lambda: False)
    assert main([*options(tmp_path, "one"), "one"]) == 1
    assert install_command(VOICE) in capsys.readouterr().err
