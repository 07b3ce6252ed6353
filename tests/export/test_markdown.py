"""Pages of bookmarks: their names, their links, and where they come from.

The stretch and the name of a clip; the encoder is a fake."""

import csv
import io
import json
import os
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.fakes import START
from tests.hostile import HOSTILE_TITLES
from tests.rooms import EPISODES, TOPICS, make_room
from tui_pod.audio.opus import CLIP
from tui_pod.core.library.library import build_library
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.player.snapshot import Source
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.text.clean import clean
from tui_pod.export import clips
from tui_pod.export.clips import write_clip
from tui_pod.export.markdown import (
    COLUMNS,
    ExportError,
    ExportPage,
    Written,
    escaped,
    make_pages,
    to_csv,
    whole_text,
    write_page,
)

FIRST = Bookmark("one", 61.5, 64.0, START, START, "Words, said.", "Mine.")
SECOND = Bookmark("one", 90.0, 120.0, START, START)
THIRD = Bookmark("one", 200.0, 202.0, START, START, "More words.")

PAGE = ExportPage(
    "one", "Ships & Harbours: 1", (FIRST, SECOND), "A “podcast”", "https://example.org/1", date(2026, 2, 5),
    ("Large Models", "2026", "a/b"),
)  # fmt: skip


def with_marks(*bookmarks: Bookmark) -> ExportPage:
    return PAGE._replace(bookmarks=bookmarks)


def test_page_has_front_matter_quotes_times_and_notes() -> None:
    text = whole_text(PAGE)
    assert text.startswith(
        "---\n"
        'title: "Ships & Harbours: 1"\n'
        'podcast: "A “podcast”"\n'
        'url: "https://example.org/1"\n'
        "date: 2026-02-05\n"
        'tags: ["Large-Models", "a/b"]\n'
        'tui-pod: "one"\n'
        "---\n\n"
        "# Ships & Harbours: 1\n\n"
        "> Words, said.\n\n"
        "[1:01](https://example.org/1#t=61)\n\n"
        "Mine.\n\n"
        "[1:30–2:00](https://example.org/1#t=90)\n\n"
    )
    assert re.fullmatch(r"<!-- tui-pod: [0-9a-f]{8} [0-9a-f]{8} sum [0-9a-f]{8} -->", text.splitlines()[-1])
    made = SECOND._replace(text="Heard words.", note="Mine.", is_recognised=True)
    said = "> Heard words.\n\n[1:30](https://example.org/1#t=90)\n\nrecognised by machine · Mine.\n"
    assert said in whole_text(with_marks(made))
    assert "\n**1:01**\n" in whole_text(PAGE._replace(url=""))


def test_file_nobody_edited_is_written_anew(tmp_path: Path) -> None:
    path, written = write_page(tmp_path / "new" / "folder", PAGE)
    assert written is Written.NEW
    assert write_page(path.parent, PAGE) == (path, Written.SAME)
    assert write_page(path.parent, PAGE._replace(title="Another title")) == (path, Written.REPLACED)
    noted = FIRST._replace(note="Another.")
    assert write_page(path.parent, with_marks(noted, THIRD)) == (path, Written.REPLACED)
    assert path.read_text("utf-8") == whole_text(with_marks(noted, THIRD))
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("edit", [lambda text: "Mine first.\n" + text, lambda text: text.replace("Words, said.", "x"),
                                  lambda text: text + "And after.", lambda text: text.replace("\n", "\r\n"),
                                  lambda text: re.sub("<!--.*", "", text), lambda text: "\ufeff" + text,
                                  lambda text: ""])  # fmt: skip
def test_file_that_was_edited_is_only_appended_to(tmp_path: Path, edit: object) -> None:
    assert callable(edit)
    path, _ = write_page(tmp_path, PAGE)
    edited = edit(path.read_bytes().decode("utf-8")).encode()
    path.write_bytes(edited)
    assert write_page(tmp_path, with_marks(FIRST, SECOND, THIRD)) == (path, Written.APPENDED)
    content = path.read_bytes()
    assert content.startswith(edited)
    assert content[len(edited) :].decode().count("> More words.") == 1
    if b"<!-- tui-pod" in edited:  # what was deleted stays so
        assert (b"> Words, said." in content) is (b"> Words, said." in edited)
    assert write_page(tmp_path, with_marks(FIRST, SECOND, THIRD)) == (path, Written.SAME)
    assert path.read_bytes() == content


def test_file_of_somebody_else_with_that_name_is_named_and_left(tmp_path: Path) -> None:
    path = tmp_path / f"{PAGE.name}.md"
    path.write_bytes(b"Not UTF-8: \xff\n")
    with pytest.raises(ExportError, match="was not written by tui-pod"):
        write_page(tmp_path, PAGE)
    assert path.read_bytes() == b"Not UTF-8: \xff\n"


def test_link_to_a_file_stays_one(tmp_path: Path) -> None:
    path, _ = write_page(tmp_path, PAGE)
    real = tmp_path / "elsewhere.txt"
    path.rename(real)
    path.symlink_to(real)
    write_page(tmp_path, with_marks(THIRD))
    assert path.is_symlink()
    assert "More words." in real.read_text("utf-8")


@pytest.mark.parametrize("kind", ["file", "read-only", "folder for a file"])
def test_folder_that_cannot_be_written_says_which_and_what_to_do(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "notes"
    if kind == "file":
        folder.write_text("mine")
    elif kind == "read-only":
        if os.geteuid() == 0:
            folder = Path("/proc/notes")
        else:
            folder.mkdir(mode=0o500)
    else:
        (folder / f"{PAGE.name}.md").mkdir(parents=True)
    with pytest.raises(ExportError, match=r"cannot be written \(.*\); choose another folder"):
        write_page(folder, PAGE)


def test_no_room_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = write_page(tmp_path, PAGE)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match="No space left"):
        write_page(tmp_path, with_marks(THIRD))
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("[[x]] #tag ==y== <b>", r"\[\[x\]\] \#tag \=\=y\=\= \<b\>"), ("1. a", r"1\. a"), ("- a", r"\- a"),
     ("-1 a", "-1 a"),
     ("a_b*c`d", r"a\_b\*c\`d"), ("%%x%% $y$ ^z", r"\%\%x\%\% \$y\$ \^z"), ("plain = 3 % 2", "plain = 3 % 2")],
)  # fmt: skip
def test_words_are_words_and_no_markup(text: str, expected: str) -> None:
    assert escaped(text) == expected


def test_hostile_titles_and_words_stay_in_their_places(tmp_path: Path) -> None:
    for number, title in enumerate(map(clean, HOSTILE_TITLES.values())):
        bookmarks = (FIRST._replace(text=title, note=title),)
        page = ExportPage(f"id-{number}", title, bookmarks, title, f"https://e.org/) {title}", tags=(title,))
        path, written = write_page(tmp_path, page)
        assert written is Written.NEW
        assert re.fullmatch(r"[a-z0-9-]+\.md", path.name)
        head = path.read_text("utf-8").split("---\n")[1]
        values = dict(line.split(": ", 1) for line in head.splitlines())
        assert json.loads(values["podcast"]) == title if title else "podcast" not in values
        assert write_page(tmp_path, page) == (path, Written.SAME)


def test_pages_know_podcast_and_page_and_those_of_episodes_gone_their_title() -> None:
    gone = Bookmark("gone", 3.0, 5.0, START - timedelta(days=1), START, title="Kept title")
    pages = make_pages(
        make_room().library, [gone, FIRST, SECOND], lambda _: EpisodeNotes(podcast="P", page="https://e.org")
    )
    assert [(page.title, page.podcast, page.url, len(page.bookmarks)) for page in pages] == [
        ("One", "P", "https://e.org", 2), ("Kept title", "", "", 1),
    ]  # fmt: skip


COMMANDS = ("<% tp.user.run() %>", "<%* x %>", "{{date}}", "{% include x %}")
"""What templates of Obsidian and of sites would run."""


@pytest.mark.parametrize("command", COMMANDS)
def test_no_template_finds_a_command(command: str) -> None:
    page = PAGE._replace(
        title=command, podcast=command, url=f"https://example.org/{command}", tags=(command,), id=command,
        bookmarks=(FIRST._replace(text=command, note=command),),
    )  # fmt: skip
    text = whole_text(page)
    assert not re.search(r"<%|\{\{|\{%", text)
    title = next(line for line in text.splitlines() if line.startswith("title: "))
    assert json.loads(title.removeprefix("title: ")) == command


@pytest.mark.parametrize(
    ("title", "name"),
    [("Éa & B!", "ea-b"), ("…", "episode"), ("x" * 59 + " yz", "x" * 59), ("a" * 70, "a" * 60)],
)
def test_name_is_safe_short_and_ends_in_the_mark_of_the_episode(title: str, name: str) -> None:
    page = ExportPage("one", title, ())
    assert page.name == f"{name}-{page.mark}"
    assert page.mark == ExportPage("one", "Renamed", ()).mark != ExportPage("two", title, ()).mark
    assert len(page.mark) == 8


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("", ""),
        ("https://a.example/1?x=y", "https://a.example/1?x=y#t=61"),
        ("https://a.example/1#notes", "https://a.example/1#notes"),
        ("https://a.example/(1)", "https://a.example/%281%29#t=61"),
    ],
)
def test_link_leads_to_the_second_unless_the_page_has_a_fragment(url: str, link: str) -> None:
    assert ExportPage("one", "One", (), url=url).link(61.9) == link


def test_episode_that_has_left_the_library_has_a_page_without_notes() -> None:
    bookmarks = [Bookmark("two", 1.0, 2.0, START, START), Bookmark("gone", 1.0, 2.0, START, START, title="Gone")]
    notes = EpisodeNotes(podcast="Cast", page="https://a.example/2")
    pages = {page.id: page for page in make_pages(build_library(TOPICS, EPISODES), bookmarks, lambda _: notes)}
    assert pages["gone"] == ExportPage("gone", "Gone", (bookmarks[1],))
    two = pages["two"]
    assert (two.title, two.podcast, two.url, two.tags) == ("Two", "Cast", notes.page, ("Numbers", "Basics"))
    assert two.date == EPISODES[1].published


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


def rows(*bookmarks: Bookmark, title: str = "One") -> list[dict[str, str]]:
    page = ExportPage("one", title, bookmarks, "Podcast", "https://example.org/1")
    return list(csv.DictReader(io.StringIO(to_csv([page]))))


def test_table_has_the_columns_of_readwise_and_a_row_a_bookmark() -> None:
    (row,) = rows(Bookmark("one", 61.5, 64.0, START, START, 'Said "so",\nhe.', "Mine."))
    assert tuple(row) == COLUMNS
    assert list(row.values()) == [
        'Said "so",\nhe.', "One", "Podcast", "https://example.org/1#t=61", "Mine.", "61", "2026-11-24 13:00:00",
    ]  # fmt: skip


def test_bookmark_without_words_is_its_note_or_its_time() -> None:
    prose = "First; second = third - fourth"
    noted, bare, said = rows(
        Bookmark("one", 5.0, 6.0, START, START, note="N"),
        Bookmark("one", 65.0, 66.0, START, START),
        Bookmark("one", 7.0, 8.0, START, START, prose),
    )
    assert [row["Highlight"] for row in (noted, bare, said)] == ["N", "1:05", prose]


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_no_cell_and_no_part_of_one_is_a_formula(sign: str) -> None:
    texts = (f"{sign}cmd|' /C calc'!A0", f"x;{sign}cmd", f" {sign}cmd", f'a";{sign}cmd')
    for text in texts:
        table = to_csv([ExportPage("one", text, (Bookmark("one", 5.0, 6.0, START, START, text, text),))])
        assert all(re.fullmatch(r'"([^"]|"")*"(,"([^"]|"")*")*', line) for line in table.splitlines())
        for separator in ",;\t":
            cells = [cell for line in csv.reader(io.StringIO(table), delimiter=separator) for cell in line]
            assert not [cell for cell in cells if cell.strip(' "').startswith(sign)]
