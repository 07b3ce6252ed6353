"""HTML becomes safe text, and the feeds that a page names are found."""

import pytest

from tui_pod.core.text.clean import SUMMARY_LIMIT
from tui_pod.core.text.html_text import MAX_HTML, feed_links, to_notes, to_summary, to_text, without_open_tag

LINK = '<link rel="alternate" type="application/rss+xml" href="/{}">'


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("<a>" * 20_000, ""),
        ("<a href='x'>" * 5_000, ""),
        ("<a href=" * 8_000, "<a href=" * 8_000),
        ("\n " * 30_000, ""),
    ],
)
def test_notes_that_are_built_to_be_slow_are_read(text: str, notes: str) -> None:
    assert to_notes(text) == notes


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>One <a href='x", "<p>One "), ("One</p", "One"), ("One<!-- two", "One"), ("<a<a<A", ""),
        ("<p>I <3 you < 4 </", "<p>I <3 you < 4 </"), ("<p>One</p>", "<p>One</p>"),
    ],
)  # fmt: skip
def test_tag_that_is_open_at_the_end_is_left_out(html: str, kept: str) -> None:
    assert without_open_tag(html) == kept


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\n\n\nTwo"),
        ("One<br>Two", "One\nTwo"),
        ("<ul><li>One<li>Two</ul>", "• One\n• Two"),
        ("<p>One\nline</p>", "One line"),
        ("Two\nlines", "Two\nlines"),
        ("a <script>alert(1)</script>b<!-- c -->", "a  b"),
        ("<style>never closed", ""),
        ("AT&amp;T", "AT&T"),
        ("&lt;p&gt;Escaped &amp;amp; twice&lt;/p&gt;", "Escaped & twice"),
        ("1 &lt; 2", "1 < 2"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_text_of_html(html: str, text: str) -> None:
    assert to_text(html) == text


@pytest.mark.parametrize(
    ("html", "notes"),
    [
        ("<a href='https://a.org/x'>here</a>", "here (https://a.org/x)"),
        ('<a class=b href="https://a.org/x">here</a>', "here (https://a.org/x)"),
        ("<a href=https://a.org/x>here</a>", "here (https://a.org/x)"),
        ("<a href='https://a.org/'>https://a.org</a>", "https://a.org"),
        ("<a href='javascript:x'>here</a>", "here"),
        ("<a name='x'>here</a>", "here"),
        ("One<p><p><p><p>Two", "One\n\nTwo"),
    ],
)
def test_notes_name_the_addresses_of_links(html: str, notes: str) -> None:
    assert to_notes(html) == notes


def test_summary_is_one_line_of_limited_length() -> None:
    assert to_summary("<p>One</p>\n<p>Two</p>") == "One Two"
    assert len(to_summary("word " * 1_000)) <= SUMMARY_LIMIT


def test_text_is_cut_at_the_limit() -> None:
    assert to_text("x" * (MAX_HTML + 1)) == "x" * MAX_HTML


def test_feeds_of_a_page_are_found_once_and_in_order() -> None:
    page = LINK.format("b") + LINK.format("a") + LINK.format("b") + LINK.replace("/{}", "")
    assert feed_links(page) == ["/b", "/a"]


@pytest.mark.parametrize(
    ("link", "is_feed"),
    [
        ('<link rel="alternate" type="application/atom+xml" href="/x">', True),
        ('<LINK REL="feed Alternate" TYPE="application/json; charset=utf-8" HREF=" /x ">', True),
        ('<link rel="alternate" type="text/html" href="/x">', False),
        ('<link rel="stylesheet" type="application/rss+xml" href="/x">', False),
        ('<a rel="alternate" type="application/rss+xml" href="/x">', False),
        ('<link rel="alternate" href="/x">', False),
    ],
)
def test_link_of_a_page_is_a_feed(link: str, is_feed: bool) -> None:
    assert feed_links(link) == (["/x"] if is_feed else [])


def test_page_is_read_up_to_a_limit() -> None:
    link = LINK.format("x")
    limit = 8 * MAX_HTML
    assert feed_links(" " * (limit - len(link)) + link) == ["/x"]
    assert feed_links(" " * (limit - len(link) + 1) + link) == []


def test_broken_declaration_costs_only_what_follows_it() -> None:
    assert feed_links(LINK.format("x") + "<![bad[") == ["/x"]
