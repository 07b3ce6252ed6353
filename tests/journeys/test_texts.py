"""A day with texts: a feed of articles, a note, an e-book and a page, heard, left, found again and finished."""

from pathlib import Path

from tests.journeys.listener import Listener
from tests.sources import server
from tests.sources.server import Site
from tests.sources.texts.books import FILES3, PAGE, make_book
from tests.tools import needs_voice

DULL = "The ship went on, and the sea was what it had been. "
CHAPTER = PAGE.format(f"<h1>Call me</h1><p>{DULL * 60}</p><p>A lantern swung over the hatch.</p><p>{DULL * 20}</p>")


def article(name: str, text: str) -> str:
    whole = f"<content:encoded><![CDATA[<p>{text}</p>]]></content:encoded>"
    return f"<item><guid>{name}</guid><title>{name}</title><description>A teaser.</description>{whole}</item>"


@needs_voice
def test_day_with_texts(site: Site, tmp_path: Path) -> None:
    listener = Listener(tmp_path / "eve")
    site.replies["/feed"] = server.body(server.feed(article("Gulls", DULL * 2) + article("Herring", DULL * 5), "Paper"))
    page = f"<title>The harbour</title><nav>Home</nav><article><h1>The harbour</h1><p>{DULL * 40}</p></article>"
    site.replies["/page"] = server.body(page, "text/html")
    book = make_book(listener.folder / "whale.epub", {**FILES3, "OEBPS/Text/two.xhtml": CHAPTER})
    (listener.folder / "note.md").write_text("# A note\n\nBuy milk, and a lighthouse.\n")
    catalog = listener.folder / "catalog.toml"
    catalog.write_text('version = 1\ntitle = "None"\n')
    chosen = ("--catalog", str(catalog))
    listener.run("feeds", "add", site.url("/feed"), *chosen)
    read = listener.run("read", "note.md", str(book), site.url("/page"), *chosen).split()
    ids = {
        title: ident for ident, title, *_ in (line.split("\t") for line in listener.run("list", *chosen).splitlines())
    }
    assert [ids[title] for title in ("A note", "The Whale", "The harbour")] == read

    with listener.sits_down(*chosen) as app:  # the article is heard whole, then the next one
        app.see("Texts", "Paper", "Gulls", "The Whale")
        app.until(listener.is_heard, "a command reaches it")
        listener.run("play", ids["Gulls"], *chosen)
        app.hear("Gulls", 3)
        app.hear("Herring", 2)
        listener.run("play", ids["The Whale"], *chosen)  # the book is left
        app.hear("The Whale", 4)
        app.do(" ", "‖ The Whale", "Call me")
        app.quit()
    assert listener.progress(ids["Gulls"]).played
    left = listener.progress(ids["The Whale"]).position
    assert left >= 4

    with listener.sits_down(*chosen) as app:  # a phrase is found in it, and kept
        app.see("‖ The Whale", f" 0:{int(left):02} ▐")
        app.do("\x06", "Search everywhere")
        app.do('"lantern swung"', "A lantern swung over the hatch.")
        app.do("\r", "e Queue  / Search")
        app.press("\r")
        app.hear("The Whale", 100)
        app.do("b", "Bookmarked “")
        app.escape("Search everywhere")
        app.quit()
    (bookmark,) = listener.state.notebook.bookmarks
    assert (bookmark.episode, bookmark.text) == (ids["The Whale"], "A lantern swung over the hatch.")

    with listener.sits_down(*chosen) as app:  # the note is heard to its end
        app.until(listener.is_heard, "a command reaches it")
        listener.run("play", ids["A note"], *chosen)
        app.hear("A note", 1)
        app.until(lambda: not (bar := app.bar()) or not bar.title.startswith("A note"), "its end")
        app.quit()
    assert listener.progress(ids["A note"]).played
