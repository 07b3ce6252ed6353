"""Texts of all kinds: what is read of them, and what they are kept as."""

import struct
from pathlib import Path

import pytest

from tests.sources import server
from tests.sources.server import Site, feed, item
from tests.sources.texts.books import CONTAINER, EPUB2, FILES, FILES3, PAGE, make_book
from tui_pod.core.text.blocks import html_blocks, plain_blocks
from tui_pod.net.access import PUBLIC
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.library import read_feeds
from tui_pod.shelf.published import FeedError, NotAFeed
from tui_pod.sources.podcasts.rss import parse_feed
from tui_pod.sources.refresh import refresh_feed
from tui_pod.sources.table import clean_up, subscribe
from tui_pod.sources.texts import kept
from tui_pod.sources.texts.kept import read_text
from tui_pod.sources.texts.parsing import read_file

PROSE = "<p>The harbour woke slowly, and the gulls, as ever, were first to complain of it, at length.</p>"


def many_entries(count: int) -> bytes:
    """Return an archive whose directory has many entries, and says that it has five."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, *[0] * 8, 1, *[0] * 6) + b"a"
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 5, 5, len(entry) * count, 64, 0)
    return b"PK\3\4" + b"\0" * 60 + entry * count + end


def shown(html: str, reads_code: bool = False) -> list[str]:
    return [f"{block.kind}: {block.text}" for block in html_blocks(html, reads_code).blocks]


@pytest.mark.parametrize(
    ("html", "spoken"),
    [
        ("<h2>A <b>b</b></h2>text<p>more<br>line<br><br>next",
         ["heading: A b", "paragraph: text", "paragraph: more line", "paragraph: next"]),
        ("<ul><li>a<li>b<ol start=3><li>c<p>d</p></ol></ul>", ["item: a", "item: b", "item: 3: c", "item: d"]),
        ("<blockquote><p>said</p></blockquote><p>then", ["quote: said", "paragraph: then"]),
        ("<a href='http://x.org/y'>here</a><script>x<p></script><nav>menu</nav>", ["paragraph: here"]),
        ("so<sup><a href='#n'>[2]</a></sup> be<a href='#m'>*</a> it.<sup>3</sup> 5 m<sup>2</sup>",
         ["paragraph: so be it. 5 m²"]),
        ("<span class=pagenum>[Pg 7]</span>on<div role=doc-endnotes><p>1. See.</p></div>", ["paragraph: on"]),
        ("<p>See</p><pre><code>a = 3;</code></pre><pre>b();{}</pre>", ["paragraph: See", "remark: Code, left out."]),
        ("<figure><img alt='A cat.'><figcaption>A cat.</figcaption></figure><img alt=I_1.jpg><img alt=Illo7><img>",
         ["remark: Picture: A cat."]),
        ("<table><tr><th>Name<th>Age<tr><td>Ann<td>3<tr><td>Bob<td>4</table>",
         ["item: Name: Ann; Age: 3.", "item: Name: Bob; Age: 4."]),
        (f"<table>{'<tr>' + 5 * '<td>1'}{'<tr>' + 5 * '<td>2'}</table>", ["remark: A table, left out."]),
        ("<table><tr><td><table><tr><td><p>a</p><p>b</p><td>c</table></table>",
         ["paragraph: a", "paragraph: b", "paragraph: c"]),
        ("<h2>Head<p>text</p>more", ["heading: Head", "paragraph: text", "paragraph: more"]),
        ("<p hidden>x<p>y<ul><li hidden>z<li>w</ul>", ["paragraph: y", "item: w"]),
        ("<pre><code><div>a = 1;</div><div>b = 2;</div></code></pre>on", ["remark: Code, left out.", "paragraph: on"]),
        ("<p hidden>x</p><p style='display: none'>y</p><math alttext='x plus y'><mi>x</mi></math>",
         ["paragraph: x plus y"]),
        ("<table><tr><th>Port<th>Day<th>Depth<tr><td rowspan=2>Kiel<td>Monday<td>1 m<tr><td>Tuesday<td>2 m"
         "<tr><td>Lübeck<td colspan=2>never</table>",
         ["item: Port: Kiel; Day: Monday; Depth: 1 m.", "item: Port: Kiel; Day: Tuesday; Depth: 2 m.",
          "item: Port: Lübeck; Day: never."]),
        ("<table><tr><td>a<td rowspan=2>b<tr><td>c<tr><td>d<td rowspan=9>e</table>",
         ["item: a; b.", "item: c; b.", "item: d; e."]),
        ("<table><tr><td rowspan=2><h3>a</h3><td>b<tr><td>c</table>",
         ["heading: a", "paragraph: b", "paragraph: c"]),
        ("<ol><li>a<li value=9>b<li>c</ol><p>now <del>6</del>7 m", ["item: 1: a", "item: 9: b", "item: 10: c",
                                                                     "paragraph: now 7 m"]),
        ("<p>It is <math><mi>x</mi></math>.", ["paragraph: It is a formula."]),
    ],
)  # fmt: skip
def test_html_is_read_so_that_one_can_follow(html: str, spoken: list[str]) -> None:
    assert shown(html) == spoken


def test_code_is_read_where_the_listener_wants_it() -> None:
    assert shown("<pre><code>a = 3;\nb = 4;</code></pre>", reads_code=True) == ["remark: a = 3; b = 4;"]


def test_plain_text_has_paragraphs_and_chapters_without_the_frame_of_an_archive() -> None:
    banner = "\n*** {} OF THE PROJECT GUTENBERG EBOOK X ***\n"
    text = f"Junk{banner.format('START')}\nCHAPTER I.\n\nIt was _very_\nwet.\n{banner.format('END')}Licence"
    assert [(block.kind, block.text) for block in plain_blocks(text)] == [
        ("heading", "CHAPTER I."),
        ("paragraph", "It was very wet."),
    ]
    noted = "It[1] was.\n\n[Footnote 1: A note\nof two lines.]\n\n[Illustration: A ship]\n\nIt [x] is."
    assert [block.text for block in plain_blocks(noted)] == ["It was.", "It [x] is."]
    assert [block.text for block in plain_blocks("One line.\nAnother.")] == ["One line.", "Another."]


def test_plain_text_of_an_archive_has_the_title_and_author_that_it_states(tmp_path: Path) -> None:
    file = tmp_path / "pg2701.txt"
    head = "The Project Gutenberg eBook of Moby Dick\n\nTitle: Moby Dick; or, The Whale\n\nAuthor: Herman Melville\n"
    file.write_text(f"{head}\n*** START OF THE PROJECT GUTENBERG EBOOK MOBY DICK ***\n\nCall me Ishmael.\n")
    read = read_text(file, file.name, False, CancelToken())
    assert (read.title, read.author) == ("Moby Dick; or, The Whale", "Herman Melville")
    file.write_text("Title: A letter\n\nIt says this.\n")
    assert read_text(file, file.name, False, CancelToken()).title == "pg2701"


def test_same_file_of_another_ending_is_the_same_text(store: FeedStore, tmp_path: Path) -> None:
    for ending in (".md", ".txt", ".md"):
        (tmp_path / f"note{ending}").write_text("# A *note*\n\nIt says little.\n")
        subscribe(store, str(tmp_path / f"note{ending}"))
    assert [feed.title for feed in store.feeds()] == ["A note"]


@pytest.mark.parametrize("files", [FILES, FILES3])
def test_book_is_read_in_its_order_with_its_own_chapters(files: dict[str, str], tmp_path: Path) -> None:
    text = read_text(make_book(tmp_path / "b.epub", files), "b.epub", False, CancelToken())
    assert (text.title, text.author, text.series, text.language[:2]) == ("The Whale", "Ann Author", "Seas 2", "en")
    assert [name for _, name in text.marks] == ["The Whale", "Call me", "Deeper", "1. The end"]
    said = [line for line in text.planned.split("\n")[2:] if line and "-->" not in line and "NOTE" not in line]
    assert said == ["The Whale", "Call me", "Some years ago.", "Deeper", "Deeper still", "Watery part.", "An aside",
                    "1. The end", "I only am escaped."]  # fmt: skip
    assert text.cover


def broken(**changes: str | bytes) -> dict[str, str | bytes]:
    names = {"opf": "OEBPS/content.opf", "two": "OEBPS/Text/two.xhtml", "locked": "META-INF/encryption.xml"}
    return {**FILES, **{names.get(name, name): content for name, content in changes.items()}}


LOCK = '<encryption><EncryptedData><EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>'
BOMB = '<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("b.epub", broken(locked=LOCK.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")), "copy protection"),
        ("b.epub", broken(two=b"\0" * (9 * 1024 * 1024)), "overload"),
        ("b.epub", broken(opf=BOMB + EPUB2), "entities"),
        ("b.epub", broken(**{f"f{number}": "" for number in range(10_000)}), "more than 5,000 files"),
        ("b.epub", many_entries(1_000_000), "more than 5,000 files"),
        ("b.epub", {**FILES, "OEBPS/Text/two.xhtml": PAGE.format("<img src='a.jpg'/>"), "OEBPS/Text/one a.xhtml": ""},
         "no text, only pictures"),
        ("b.epub", {"META-INF/container.xml": CONTAINER.replace("OEBPS", "../../../etc")}, "damaged"),
        ("b.epub", b"PK\x03\x04 nothing", "damaged"),
        ("b.epub", b"plain", "not an e-book"),
        ("b.mobi", b"x", "ebook-convert"),
        ("unnamed", b"%PDF-1.7", "pdftotext"),
        ("b.txt", b"\0\1\2", "not a text"),
        ("b.md", b"# Only a title", "no words"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(name: str, content: dict[str, str] | bytes, said: str, store: FeedStore,
                                      tmp_path: Path) -> None:  # fmt: skip
    file = tmp_path / name
    file.write_bytes(content) if isinstance(content, bytes) else make_book(file, content)
    with pytest.raises(FeedError, match=said):
        subscribe(store, str(file), is_text=True)
    assert store.is_empty
    assert list(tmp_path.glob("data/texts/*")) == []


def test_font_obfuscation_is_no_protection(tmp_path: Path) -> None:
    files = broken(locked=LOCK.format("http://www.idpf.org/2008/embedding"))
    assert read_text(make_book(tmp_path / "b.epub", files), "b.epub", False, CancelToken()).words


def test_huge_page_is_cut_with_a_word(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text("<html><body>" + PROSE * 550_000)
    text = read_text(file, "page.html", False, CancelToken())
    assert "The rest is left out" in text.planned
    assert text.words > 500_000


def test_markdown_of_quotes_that_break_off_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "note.md"
    lines = "".join(f"> ---\nb{number}\n" for number in range(4_000))
    file.write_text(f"> first\nline\n\n{lines}" + "".join(f"> c{number}\n" for number in range(50)))
    planned = read_file(str(file), "note.md", False).planned
    assert "first line" in planned
    assert [word for word in ("b3999", "c0", "c49") if word not in planned] == []


def test_text_is_known_by_its_words_and_is_removed_with_its_files(store: FeedStore, tmp_path: Path,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    head = "---\ntitle: My note\nauthor: Ann\n---\n"
    note = f"{head}First *words*.\n\n```\ncode()\n```\n\n## Then\n\nMore.[^1]\n\n[^1]: No.\n"
    (tmp_path / "A_note.md").write_text(note)
    added = subscribe(store, str(tmp_path / "A_note.md"))
    (tmp_path / "typed in").write_text(note)
    again = subscribe(store, f"-{tmp_path / 'typed in'}", is_shell=True)
    assert (added.is_new, again.is_new, again.feed.feed_id) == (True, False, added.feed.feed_id)
    (episode,) = read_feeds(tmp_path / "data").episodes
    assert (episode.title, episode.author, episode.tags) == ("My note", "Ann", ("My note", "Texts"))
    planned = Path(episode.transcript or "")
    assert "Code, left out." in planned.read_text()
    store.configure(added.feed.feed_id, {"code": "yes"})
    assert refresh_feed(store, store.feeds()[0], CancelToken(), PUBLIC).has_changed
    (episode,) = read_feeds(tmp_path / "data").episodes
    assert "code()" in Path(episode.transcript or "").read_text()
    monkeypatch.setattr("tui_pod.sources.texts.kept.FRESH", -1.0)
    clean_up(store)
    assert len(list(planned.parent.iterdir())) == 3
    store.remove(added.feed.feed_id)
    store.purge(float("inf"))
    clean_up(store)
    assert list(planned.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("<tr><th>Port<th>Day<tr><td>Kiel<td>Monday", "Port: Kiel; Day: Monday."),
        ("<tr><td>alpha<td>beta<tr><td>gamma<td>delta", "gamma; delta."),
        ("<tr><th>P<th>Q<th>R<tr><td rowspan=2>tall<td>e<td>f<tr><td>g<td>h", "P: tall; Q: g; R: h."),
        (f"{'<tr>' + 6 * '<td>1'}{'<tr>' + 6 * '<td>2'}", "A table, left out."),
    ],
)
def test_no_table_of_a_page_vanishes_unsaid(tmp_path: Path, table: str, said: str) -> None:
    path = tmp_path / "page.html"
    menu = "<nav><table><tr><td>menu<td>more</table></nav>"
    path.write_text(f"<title>T</title>{menu}<article>{PROSE * 6}<table>{table}</table>{PROSE * 6}</article>")
    planned = read_file(str(path), path.name, False).planned
    assert said in planned
    assert "menu" not in planned


def test_page_is_a_text_if_it_is_no_feed_and_names_none(site: Site, store: FeedStore, tmp_path: Path) -> None:
    head = "<title>Der Hafen | Blatt</title><meta property=og:image content=/p.jpg>"
    menu = f"<div id=menu>{'<a href=/>Home</a> ' * 30}</div>"
    article = f"<html lang=de><head>{head}</head><body>{menu}<article><h1>Der Hafen</h1>{PROSE * 20}</article></html>"
    site.replies["/a"] = server.body(article.encode("utf-16"), "text/html; charset=utf-16")
    site.replies["/b"] = server.body("<p>Hello", "text/html")
    site.replies["/book.epub"] = server.body(make_book(tmp_path / "b").read_bytes(), "application/epub+zip")
    site.replies["/feed"] = server.body(feed(item(1), "Cast"))
    assert subscribe(store, site.url("/a")).feed.title == "Der Hafen"
    (episode,) = read_feeds(tmp_path / "data").episodes
    said = Path(episode.transcript or "").read_text()
    assert ("Home" in said, said.count("harbour")) == (False, 20)
    with pytest.raises(NotAFeed, match="neither a feed"):
        subscribe(store, site.url("/b"))
    site.replies["/b"] = server.body("<link rel=alternate type=application/rss+xml href=/feed><p>Hello", "text/html")
    assert subscribe(store, site.url("/b")).feed.title == "Cast"
    assert subscribe(store, f"read:{site.url('/b')}").feed.name == "b"
    assert subscribe(store, site.url("/book.epub")).feed.title == "The Whale"


def entry(name: str, text: str, whole: str = "") -> str:
    content = f"<content:encoded><![CDATA[{whole}]]></content:encoded>" if whole else ""
    return (
        f"<item><guid>{name}</guid><title>{name}</title><link>/{name}</link>"
        f"<description><![CDATA[{text}]]></description>{content}</item>"
    )


def test_markup_of_an_atom_entry_is_that_of_its_article() -> None:
    whole = "<div xmlns='http://www.w3.org/1999/xhtml'><h2>A &lt; b</h2><p>It <b>is</b>.</p></div>"
    entry = f"<entry><id>1</id><title>T</title><content type='xhtml'>{whole}</content></entry>"
    (found,) = parse_feed(f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>".encode(), "https://a.org/").items
    assert shown(found.article) == ["heading: A < b", "paragraph: It is."]


def test_feed_over_its_budget_fails_and_is_read_again_once_it_changes(
    site: Site, store: FeedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.replies["/f"] = server.tagged(feed(entry("One", "A line.", PROSE)))
    subscribe(store, site.url("/f"))

    def error_after(name: str) -> str | None:
        site.replies["/f"] = server.tagged(feed(entry(name, "A line.", f"{PROSE}<p>{name}</p>")), f'"{name}"')
        return refresh_feed(store, store.feeds()[0], CancelToken(), PUBLIC).error

    with monkeypatch.context() as patched:
        patched.setattr(kept, "_PARSING", "tests.sources.texts.slow")
        assert (error := error_after("Two")) is not None
        assert "reading all of it takes too long" in error
    assert (error := error_after("Two")) is not None  # though it could be read by now
    assert "reading all of it takes too long" in error
    assert store.feeds()[0].error
    assert error_after("Three") is None


def test_articles_of_a_feed_are_read_whole_and_teasers_are_not(site: Site, store: FeedStore, tmp_path: Path) -> None:
    long = f"<h2>Part one</h2>{PROSE * 2_000}<h2>Part two</h2><p>The very end.</p>"
    entries = [
        entry("Whole", "A line.", long),
        entry("Short", "A line.", "<p>All there is.</p><p>The post <a>Short</a> appeared first on <a>It</a>.</p>"),
        entry("Described", PROSE * 30),
        entry("Teaser", "Only this …"),
        entry("Excerpt", "x", f"{PROSE * 3}<p><a href='/x'>Continue reading →</a></p>"),
    ]
    site.replies["/f"] = server.tagged(feed("".join(entries)))
    site.replies["/Teaser"] = server.body(f"<title>T</title><article><h1>Teaser</h1>{PROSE * 30}", "text/html")

    def heard() -> dict[str, str]:
        episodes = {episode.title: episode for episode in read_feeds(tmp_path / "data").episodes}
        assert all((episode.duration is None) is (episode.transcript is None) for episode in episodes.values())
        return {title: Path(one.transcript).read_text() for title, one in episodes.items() if one.transcript}

    podcast = subscribe(store, site.url("/f")).feed
    found = heard()
    assert set(found) == {"Whole", "Short", "Described"}
    assert "The very end." in found["Whole"]
    assert "appeared" not in found["Short"]
    assert found["Whole"].count("harbour") == 2_000
    whole = read_feeds(tmp_path / "data").episodes
    assert [mark.title for mark in store.details(whole[0].id).item.marks] == ["Whole", "Part one", "Part two"]  # type: ignore[union-attr]

    def refresh() -> bool:
        outcome = refresh_feed(store, store.feeds()[0], CancelToken(), PUBLIC)
        assert outcome.error is None
        return outcome.has_changed

    plans = {file: file.stat().st_mtime_ns for file in (tmp_path / "data/texts").iterdir()}
    site.replies["/f"] = server.tagged(feed("".join(entries)), '"two"')
    assert not refresh()
    assert plans == {file: file.stat().st_mtime_ns for file in (tmp_path / "data/texts").iterdir()}
    store.configure(podcast.feed_id, {"article": "page"})
    assert refresh()
    assert heard()["Teaser"].count("harbour") == 30
    assert set(heard()) == {"Whole", "Short", "Described", "Teaser"}
    asked = len(site.asked)
    assert not refresh()
    assert site.paths()[asked:] == ["/f"]
    store.configure(podcast.feed_id, {"article": ""})
    assert refresh()
    assert set(heard()) == {"Whole", "Short", "Described"}


def test_folder_has_texts_beside_recordings_which_keep_their_own(store: FeedStore, tmp_path: Path) -> None:
    folder = tmp_path / "Library"
    for name in ("Mixed", "Essays", "Book/CD1"):
        (folder / name).mkdir(parents=True)
    for name, pitch in (("Mixed/talk.wav", 440.0), ("Book/CD1/one.wav", 450.0)):
        (folder / name).write_bytes(server.sound(pitch=pitch))
    for name in (
        "Mixed/talk.txt",
        "Mixed/about.txt",
        "Mixed/talk.md",
        "Book/info.txt",
        "Mixed/note.md",
        "Essays/a.txt",
    ):
        (folder / name).write_text(f"The words of {name}.\n")
    make_book(folder / "Essays" / "whale.epub")
    subscribe(store, str(folder))

    def listed() -> dict[str, Path]:
        found = read_feeds(tmp_path / "data").episodes
        return {one.title: Path(one.transcript) for one in found if one.transcript}

    first = listed()
    assert set(first) == {"talk", "note", "a", "The Whale"}
    assert first["talk"] == folder / "Mixed/talk.txt"
    assert "The words of Essays" in first["a"].read_text()
    (whale,) = (one for one in read_feeds(tmp_path / "data").episodes if one.title == "The Whale")
    assert (whale.author, whale.audio, whale.tags[:1]) == ("Ann Author", None, ("Essays",))
    made = first["note"].stat().st_mtime_ns
    (folder / "Essays/b.md").write_text("Another text.\n")
    assert refresh_feed(store, store.feeds()[0], CancelToken(), PUBLIC).new == 1
    assert set(listed()) == {*first, "b"}
    assert first["note"].stat().st_mtime_ns == made
    (folder / "Essays/b.md").unlink()
    assert refresh_feed(store, store.feeds()[0], CancelToken(), PUBLIC).has_changed
    assert set(listed()) == set(first)
