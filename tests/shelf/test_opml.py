from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr

import pytest

from tui_pod.core.text.clean import is_safe
from tui_pod.shelf.opml import Entry, HeardEpisode, Imported, parse_opml, write_opml
from tui_pod.shelf.published import FeedError

NESTED = """<?xml version="1.0"?><opml version="2.0"><head><title>Mine</title></head><body>
<outline text="Science"><outline text="Physics"><outline type="rss" text="Quarks" xmlUrl="https://q.org/f"/></outline>
<outline text="Bugs" XMLURL="https://b.org/f" type="pie"/></outline>
<outline text="News"><outline text="Quarks" xmlurl="https://q.org/f"/></outline>
<outline text="Loose" type="link" xmlUrl="feed://loose.org/f"/>
</body></opml>"""


def test_import_nested_folders_and_any_case() -> None:
    found = parse_opml(NESTED.encode())
    assert found.faults == ()
    assert found.entries == (
        Entry("https://q.org/f", "Quarks", (("Science", "Physics"), ("News",))),
        Entry("https://b.org/f", "Bugs", (("Science",),)),
        Entry("http://loose.org/f", "Loose"),
    )


def test_import_bad_entries_are_reported_and_the_rest_goes_on() -> None:
    document = NESTED.replace(
        "</body>",
        '<outline text="Bad" type="rss" xmlUrl="file:///etc/passwd"/><outline text="None" type="rss"/>'
        '<outline text="List" type="include" url="https://l.org/x.opml"/>'
        '<outline text="Bare" type="rss" url="https://bare.org/f"/>'
        f'<outline text="Wrapped" xmlUrl="{"feed:" * 50_000}http://x.org/"/></body>',
    )
    found = parse_opml(document.encode())
    assert [entry.title for entry in found.entries] == ["Quarks", "Bugs", "Loose", "Bare"]
    assert len(found.faults) == 4
    assert "“Bad”: file:///etc/passwd" in found.faults[0]


@pytest.mark.parametrize(
    "document",
    [
        b"\xef\xbb\xbf" + NESTED.encode(),
        NESTED.replace("Bugs", "B\xfcgs").replace('"1.0"', '"1.0" encoding="iso-8859-1"', 1).encode("latin-1"),
        NESTED.replace("Bugs", "B\xfcgs").encode("latin-1"),
        NESTED.replace("Bugs", "Bugs & beetles").encode(),
        NESTED.encode("utf-16"),
        b" \n" + NESTED.encode(),
    ],
)
def test_import_of_careless_files(document: bytes) -> None:
    found = parse_opml(document)
    assert [entry.address for entry in found.entries][:2] == ["https://q.org/f", "https://b.org/f"]
    assert len(found.entries) == 3
    assert found.faults == ()


def test_import_cut_short_takes_what_is_there_and_says_so() -> None:
    found = parse_opml(NESTED.encode()[:-80])
    assert len(found.entries) == 2
    assert "cut off" in found.faults[0]


@pytest.mark.parametrize("document", ["", "hello", "<rss><channel/></rss>", "<html/>"])
def test_import_of_something_else_is_an_error(document: str) -> None:
    with pytest.raises(FeedError, match="not an OPML"):
        parse_opml(document.encode())


def test_import_entities_and_overload_are_refused() -> None:
    with pytest.raises(FeedError, match="refused"):
        parse_opml(b"<!DOCTYPE opml [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><opml><body/></opml>")
    with pytest.raises(FeedError, match="refused"):
        parse_opml(b"<opml><body>" + b"<outline text='a'>" * 100_000)


def test_import_cleans_titles_and_cuts_deep_folders() -> None:
    deep = "".join(f"<outline text='&#x202e;f{n}'>" for n in range(40))
    document = (
        f"<opml><body>{deep}<outline text='&#27;[2Jx' xmlUrl='https://x.org/f'/>{'</outline>' * 40}</body></opml>"
    )
    (entry,) = parse_opml(document.replace("&#27;", "").encode()).entries
    assert is_safe(entry.title)
    assert entry.folders == (tuple(f"f{n}" for n in range(8)),)


def test_export_comes_back_the_same() -> None:
    entries = (
        Entry('https://a.org/f?x=1&y="2"', "A & <B> \"q\" 'r'", (("One", "Two & 3"), ("One",)), "http://old.org/f"),
        Entry("https://b.org/f", "B", (), None, "https://b.org/", settings=(("include", 'a, "b" & <c>'),)),
        Entry("https://c.org/f", "[/] \u2014 \u732b", (("One", "Two & 3"),)),
    )
    again = parse_opml(write_opml(entries).encode())
    assert again.faults == ()
    assert {entry.address.replace("%22", '"'): set(entry.folders) for entry in again.entries} == {
        entry.address: set(entry.folders) for entry in entries
    }
    assert {(entry.title, entry.settings) for entry in again.entries} == {
        (entry.title, entry.settings) for entry in entries
    }
    assert write_opml(again.entries) == write_opml(parse_opml(write_opml(again.entries).encode()).entries)
    assert next(entry for entry in again.entries if entry.title.startswith("A")).feed_id == "http://old.org/f"


@pytest.mark.parametrize("value", ["{", "[]", "1", '{"speed": 2}', '{"speed": "99"}', "[" * 3000, '{"x": "y"}'])
def test_settings_of_a_list_that_mean_nothing_are_left_out(value: str) -> None:
    document = f"<opml><body><outline tui-pod-settings={quoteattr(value)} xmlUrl='https://a.org/f'/></body></opml>"
    assert parse_opml(document.encode()).entries == (Entry("https://a.org/f"),)


def test_export_of_our_own_reads_in_others_words() -> None:
    text = write_opml([Entry("https://a.org/f", "A", (("One",),), None, "https://a.org/")])
    assert '<outline text="A" title="A" type="rss" xmlUrl="https://a.org/f" htmlUrl="https://a.org/" />' in text
    assert '<opml version="2.0">' in text


def test_folder_of_this_machine_is_taken_only_from_our_own_lists() -> None:
    document = NESTED.replace("https://b.org/f", "file:///home/ann/Talks").encode()
    assert "Bugs" not in [entry.title for entry in parse_opml(document).entries]
    assert "Bugs" in [entry.title for entry in parse_opml(document, is_own=True).entries]


def test_episode_of_overcast_is_read_if_it_was_started() -> None:
    episodes = (
        "<outline type='podcast-episode' enclosureUrl='https://a.org/1.mp3' progress='90'"
        " userUpdatedDate='2026-01-05T10:00:00+01:00'/><outline type='podcast-episode' progress='5'/>"
        "<outline type='podcast-episode' enclosureUrl='https://a.org/3.mp3' progress='7' played='1'/>"
        "<outline type='podcast-episode' enclosureUrl='https://a.org/4.mp3' progress='0'/>"
        "<outline type='podcast-episode' enclosureUrl='https://a.org/5.mp3' progress='soon'/>"
    )
    listed = f"<outline type='rss' text='A' xmlUrl='https://a.org/f' subscribed='1'>{episodes}</outline>"
    found = parse_opml(f"<opml><body>{listed}</body></opml>".encode())
    assert (found.program, [entry.title for entry in found.entries]) == ("Overcast", ["A"])
    assert found.episodes == (
        HeardEpisode("https://a.org/f", None, "https://a.org/1.mp3", 90.0, when=datetime(2026, 1, 5, 9, tzinfo=UTC)),
        HeardEpisode("https://a.org/f", None, None, 5.0),
        HeardEpisode("https://a.org/f", None, "https://a.org/3.mp3", is_played=True),
    )


def test_link_to_another_list_is_named_by_its_title_or_address() -> None:
    links = "<outline type='link' text='More' url='https://a.org/1'/><outline type='include' url='https://a.org/2'/>"
    found = parse_opml(f"<opml><body>{links}</body></opml>".encode())
    assert [fault.partition(" is a link")[0] for fault in found.faults] == ["“More”", "“https://a.org/2”"]


def listed(outlines: str, **values: bool) -> Imported:
    return parse_opml(f"<opml><body>{outlines}</body></opml>".encode(), **values)


def test_list_is_read_up_to_the_most_feeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pod.shelf.opml.MAX_FEEDS", 2)
    found = listed("".join(f"<outline text='{name}' xmlUrl='https://{name}.org/f'/>" for name in "abcd"))
    assert [entry.title for entry in found.entries] == ["a", "b"]
    assert found.faults == tuple(f"“{name}” is over the 2 feeds that are read." for name in "cd")


def test_list_of_16_megabytes_is_read_and_no_larger_one() -> None:
    document = NESTED.encode()
    assert parse_opml(document.ljust(16 * 1024**2)).entries
    with pytest.raises(FeedError, match="The list is larger than 16 MB"):
        parse_opml(document.ljust(16 * 1024**2 + 1))


@pytest.mark.parametrize("title", ["feeds", "Feeds", "Science"])
def test_outline_around_all_feeds_is_no_topic(title: str) -> None:
    inner = "<outline text='feeds'><outline text='A' xmlUrl='https://a.org/f'/></outline>"
    (entry,) = listed(f"<outline text='{title}'>{inner}</outline>").entries
    assert entry.folders == ((("Science", "feeds") if title == "Science" else ("feeds",)),)


def test_what_is_no_longer_subscribed_to_in_overcast_is_left_and_counted() -> None:
    found = listed(
        "<outline text='A' xmlUrl='https://a.org/f' subscribed='1'/>"
        "<outline text='B' xmlUrl='https://b.org/f'><outline type='podcast-episode' progress='5'/></outline>"
        "<outline text='C' xmlUrl='https://c.org/f' subscribed='0'/>"
        "<outline text='D' type='podcast-playlist'/>"
    )
    assert ([entry.title for entry in found.entries], found.episodes, found.program) == (["A"], (), None)
    assert found.left == ("1 playlist", "2 podcasts that you no longer subscribe to")


@pytest.mark.parametrize(("progress", "count"), [("359999", 1), ("1e300", 0), ("nan", 0), ("-1", 0), ("0.5", 1)])
def test_position_in_overcast_is_believed_within_reason(progress: str, count: int) -> None:
    episode = f"<outline type='podcast-episode' progress='{progress}' userUpdatedDate='soon'/>"
    found = listed(f"<outline xmlUrl='https://a.org/f'>{episode}</outline>")
    assert (len(found.episodes), [each.when for each in found.episodes]) == (count, [None] * count)


def test_episode_before_any_podcast_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    episode = "<outline type='podcast-episode' played='1'/>"
    assert listed(episode).episodes == ()
    monkeypatch.setattr("tui_pod.shelf.opml.MAX_EPISODES", 2)
    assert len(listed(f"<outline xmlUrl='https://a.org/f'>{episode * 3}</outline>").episodes) == 2


def test_login_of_an_entry_is_read_and_never_written() -> None:
    entries = listed(
        "<outline text='A' xmlUrl='https://ann:s3@a.org/f'/><outline text='B' xmlUrl='https://a%3Ab:s3@b.org/f'/>"
    ).entries
    assert [(entry.address, entry.user, entry.password) for entry in entries] == [
        ("https://a.org/f", "ann", "s3"), ("https://b.org/f", None, "s3"),
    ]  # fmt: skip
    assert "s3" not in write_opml(entries)


def test_name_of_a_feed_without_a_title_is_its_address_and_own_topics_are_written_once() -> None:
    text = write_opml(
        [Entry("https://a.org/f", folders=(("T", "U"), ("T",))), Entry("https://b.org/f", "B", (("T",),))]
    )
    assert '<outline text="https://a.org/f" title="https://a.org/f"' in text
    assert (text.count('text="T"'), text.count('text="U"')) == (1, 1)
