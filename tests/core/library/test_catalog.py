from datetime import date

import pytest
import tomli_w

from tests.hostile import HOSTILE_TITLES
from tui_pod.core.library.catalog import MAX_DEPTH, Catalog, CatalogError, Fault, parse_catalog
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.text.clean import SUMMARY_LIMIT, TITLE_LIMIT, UNTITLED, clean_title, without_surrogates

HEAD = 'version = 1\n[[episodes]]\nid = "one"\ntitle = "One"\n'
"""A catalogue of one episode; what is added to it belongs to the episode and begins in line 5."""

WRITABLE = {name: title for name, title in HOSTILE_TITLES.items() if without_surrogates(title) == title}


def episode(extra: str = "") -> Episode:
    return parse_catalog(HEAD + extra).episodes[0]


def faults(text: str) -> list[Fault]:
    with pytest.raises(CatalogError) as caught:
        parse_catalog(text)
    return caught.value.faults


def topics(*parents: tuple[str, str]) -> str:
    """Return topics of three lines each, the first in line 2."""
    return "version = 1\n" + "".join(f'[[topics]]\nname = "{name}"\nparent = "{parent}"\n' for name, parent in parents)


def test_parse_every_key_is_read() -> None:
    text = """\
version = 1
title = "A course"
unknown = 1
[[topics]]
name = "Below"
parent = "Above"
colour = "red"
[[topics]]
name = "Above"
[[episodes]]
id = "one"
title = "One"
summary = "What it\\nsays"
duration = 105
published = 2026-02-21
tags = ["Below", "Elsewhere", "Below"]
audio = "https://example.org/a.mp3"
transcript = "words/one.txt"
mood = "bright"
[[episodes]]
id = "two"
title = "Two"
"""
    first = Episode("one", "One", "What it says", 105.0, date(2026, 2, 21), ("Below", "Elsewhere"),
                    "https://example.org/a.mp3", "words/one.txt")  # fmt: skip
    expected = Catalog("A course", (Topic("Below", "Above"), Topic("Above")), (first, Episode("two", "Two")))
    assert parse_catalog(text) == expected


@pytest.mark.parametrize("title", WRITABLE.values(), ids=WRITABLE)
def test_parse_hostile_title_is_cleaned(title: str) -> None:
    text = tomli_w.dumps({"version": 1, "episodes": [{"id": "x", "title": title}]})
    assert parse_catalog(text).episodes[0].title == clean_title(title)


def test_parse_hostile_texts_are_cleaned_wherever_they_stand() -> None:
    dirt = "a\u001b]52;c;x\u0007\u202eb"
    data = {"version": 1, "title": dirt, "topics": [{"name": dirt}, {"name": "c", "parent": dirt}],
            "episodes": [{"id": "x", "title": "t", "summary": dirt, "tags": [dirt]}]}  # fmt: skip
    catalog = parse_catalog(tomli_w.dumps(data))
    clean = "a]52;c;xb"
    assert catalog.title == clean
    assert catalog.topics == (Topic(clean), Topic("c", clean))
    assert (catalog.episodes[0].summary, catalog.episodes[0].tags) == (clean, (clean,))


def test_parse_texts_at_the_limit_of_faults_are_cut_for_display() -> None:
    found = parse_catalog(f'version = 1\n[[episodes]]\nid = "x"\ntitle = "{"x" * 100_000}"\naudio = ""\r\n'
                          f'transcript = ""\nsummary = "{"x" * 1_000_000}"').episodes[0]  # fmt: skip
    assert (len(found.title), len(found.summary)) == (TITLE_LIMIT, SUMMARY_LIMIT)
    assert (found.audio, found.transcript) == (None, None)
    assert parse_catalog('version = 1\n[[episodes]]\nid = "x"\ntitle = " \\u200b"').episodes[0].title == UNTITLED


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("105", 105.0), ("1.5", 1.5), ("0", None), ("-0.0", None), ("360000", 360_000.0)],
)
def test_parse_duration_is_seconds_and_nothing_is_unknown(value: str, seconds: float | None) -> None:
    assert episode(f"duration = {value}").duration == seconds


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-02-21", date(2026, 2, 21)),
        ("2026-02-21T23:59:00-11:00", date(2026, 2, 21)),
        ("2026-02-21T10:00:00", date(2026, 2, 21)),
        ("0001-01-01", date(1, 1, 1)),
        ("9999-12-31T23:59:59.999999-23:59", date(9999, 12, 31)),
    ],
)
def test_parse_published_date_or_time_is_the_day_as_written(value: str, day: date) -> None:
    assert episode(f"published = {value}").published == day


@pytest.mark.parametrize("place", ["a/b.mp3", "/abs/b.mp3", "http://x.org/b.mp3", "HTTPS://x.org/b.mp3", "über #1.mp3"])
def test_parse_audio_address_or_path_is_kept_as_written(place: str) -> None:
    assert episode(f'audio = "{place}"').audio == place


def test_parse_root_topic_as_tag_and_parent_adds_nothing() -> None:
    catalog = parse_catalog(HEAD + 'tags = ["All Topics", "", "A"]\n[[topics]]\nname = "A"\nparent = "All Topics"')
    assert catalog.episodes[0].tags == ("A",)
    assert catalog.topics == (Topic("A"),)


def test_parse_deepest_tree_is_read() -> None:
    chain = [("0", ""), *((str(n), str(n - 1)) for n in range(1, MAX_DEPTH))]
    assert len(parse_catalog(topics(*chain)).topics) == MAX_DEPTH


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        pytest.param("", 1, "version is missing", id="empty"),
        pytest.param("\ufeffversion = 1", 1, "not valid TOML", id="byte order mark inside the text"),
        pytest.param("version = 1\ntitle = oops", 2, "not valid TOML: Invalid value", id="bad TOML"),
        pytest.param('version = 1\ntitle = "\x00"', 2, "not valid TOML", id="NUL"),
        pytest.param("version = 1\nx = " + "[" * 20_000, 1, "made to overload", id="nested"),
        pytest.param(f"version = 1\n\nx = {'9' * 5000}", 3, "made to overload", id="5,000 digits"),
        pytest.param("\nversion = 2", 2, "newer", id="newer version"),
        pytest.param(f"version = 0x{'f' * 900}", 1, "newer", id="version of 3,600 bits"),
        pytest.param("version = 0", 1, "whole number", id="version 0"),
        pytest.param("version = true", 1, "whole number", id="version true"),
        pytest.param('version = "1"', 1, "whole number", id="version in quotes"),
        pytest.param("version = 1\ntitle = 3", 2, "title must be text in quotes, not a number", id="title of a number"),
        pytest.param("version = 1\n[episodes]\nid = 1", 2, "[[episodes]]", id="episodes as one table"),
        pytest.param("version = 1\nepisodes = 3", 2, "[[episodes]]", id="episodes as a number"),
        pytest.param("version = 1\nepisodes = [3]", 2, "must hold tables", id="episodes as a list of numbers"),
        pytest.param('version = 1\n\n[topics.A]\nparent = "B"', 3, "[[topics]]", id="topics as one table"),
        pytest.param("version = 1\n[[topics]]\n\nname = []", 4, "name must be text in quotes, not a list", id="name"),
        pytest.param('version = 1\n[[topics]]\n\nname = "\\u200b"', 4, "needs a name", id="blank name"),
        pytest.param('version = 1\n[[topics]]\nparent = "A"', 2, "needs a name", id="no name"),
        pytest.param('version = 1\n[[topics]]\nname = "All Topics"', 3, "root of the tree", id="root as topic"),
        pytest.param(topics(("A", ""), ("A", "")), 6, "topic “A” appears twice", id="topic twice"),
        pytest.param(topics(("A", "B")), 4, "unknown parent “B”", id="unknown parent"),
        pytest.param('version = 1\n[[episodes]]\ntitle = "x"', 2, "needs an id", id="no id"),
        pytest.param('version = 1\n[[episodes]]\nid = 7\ntitle = "x"', 3, "not a number", id="id of a number"),
        pytest.param('version = 1\n[[episodes]]\nid = "  "\ntitle = "x"', 3, "1 to 200", id="id of blanks"),
        pytest.param('version = 1\n[[episodes]]\nid = "a\\u001bb"\ntitle = "x"', 3, "control", id="control in id"),
        pytest.param(f'version = 1\n[[episodes]]\nid = "{"a" * 201}"\ntitle = "x"', 3, "1 to 200", id="long id"),
        pytest.param('version = 1\n[[episodes]]\nid = "x"', 2, "“x” needs a title", id="no title"),
        pytest.param('version = 1\n[[episodes]]\nid = "x"\ntitle = {}', 4, "not a table", id="title of a table"),
        pytest.param(HEAD + '[[episodes]]\nid = "one"\ntitle = "x"', 6, "already used in line 3", id="id twice"),
        pytest.param(HEAD + "duration = -1", 5, "negative", id="negative duration"),
        pytest.param(HEAD + "duration = inf", 5, "number of seconds", id="infinite duration"),
        pytest.param(HEAD + "duration = nan", 5, "number of seconds", id="no-number duration"),
        pytest.param(HEAD + 'duration = "1:45"', 5, "not text", id="duration in quotes"),
        pytest.param(HEAD + "duration = true", 5, "not true or false", id="duration true"),
        pytest.param(HEAD + "duration = 1e300", 5, "100 hours", id="endless duration"),
        pytest.param(HEAD + f"duration = {'9' * 4000}", 5, "100 hours", id="duration of 4,000 digits"),
        pytest.param(HEAD + 'published = "2026"', 5, "not text", id="date in quotes"),
        pytest.param(HEAD + "published = 10:00:00", 5, "not a time", id="time of day as date"),
        pytest.param(HEAD + 'tags = "A"', 5, "list of texts", id="tags as text"),
        pytest.param(HEAD + 'tags = ["A", 3]', 5, "list of texts", id="a number among tags"),
        pytest.param(HEAD + 'sources = "A paper"', 5, "sources must be a list of texts", id="sources as text"),
        pytest.param(HEAD + "phrases = [1]", 5, "phrases must be a list of texts", id="a number among phrases"),
        pytest.param(
            HEAD + "phrases = ['a', ' ']", 5, "each of the phrases must have 1 to 80 characters", id="an empty phrase"
        ),
        pytest.param(
            HEAD + f"phrases = ['{'a' * 81}']", 5, "each of the phrases must have 1 to 80", id="a long phrase"
        ),
        pytest.param(HEAD + f"phrases = {['a'] * 21}", 5, "phrases has 21 entries; 20 is the most", id="many phrases"),
        pytest.param(HEAD + "sources = [2017]", 5, "sources must be a list of texts", id="a number among sources"),
        pytest.param(HEAD + "summary = 3", 5, "summary must be text", id="summary of a number"),
        pytest.param(HEAD + 'audio = "file:///etc/passwd"', 5, "http(s)", id="file address"),
        pytest.param(HEAD + 'transcript = "javascript:1"', 5, "http(s)", id="script as transcript"),
        pytest.param(HEAD + 'audio = "a\\u0000.mp3"', 5, "no usable", id="NUL in a path"),
        pytest.param(HEAD + "audio = 3", 5, "not a number", id="audio of a number"),
        pytest.param(HEAD + f'audio = "{"a" * 5000}"', 5, "no usable", id="endless path"),
        pytest.param(HEAD + 'summary = """\n[[episodes]]\nid = 3\n"""\ntags = 3', 9, "tags", id="after a long string"),
    ],
)  # fmt: skip
def test_parse_one_fault_names_its_line_and_what_is_wrong(text: str, line: int, said: str) -> None:
    found = faults(text)
    assert [fault.line for fault in found] == [line]
    assert said in found[0].message


@pytest.mark.parametrize("key", ["title", "name", "parent"])
def test_parse_text_of_a_million_characters_is_one_short_fault(key: str) -> None:
    table = {"title": "episodes", "name": "topics", "parent": "topics"}[key]
    rest = {"title": 'id = "x"', "name": "", "parent": 'name = "x"'}[key]
    found = faults(f'version = 1\n[[{table}]]\n{rest}\n{key} = "{"x" * 1_000_000}"')
    assert [(fault.line, fault.message) for fault in found] == [
        (4, f"{key} has 1,000,000 characters; 100,000 is the most")
    ]


def test_parse_fault_in_a_hostile_name_is_told_in_clean_text() -> None:
    [fault] = faults(topics(("A", "\\u001b]0;owned\\u0007" + "x" * 500)))
    assert "\x1b" not in fault.message
    assert len(fault.message) < 200


def test_parse_circle_of_topics_names_those_on_it_and_not_those_below() -> None:
    found = faults(topics(("Below", "B"), ("A", "B"), ("B", "A"), ("Lower", "Below"), ("Good", "")))
    assert [(fault.line, fault.message) for fault in found] == [
        (7, "topic “A” is its own ancestor"),
        (10, "topic “B” is its own ancestor"),
    ]


@pytest.mark.parametrize(
    ("parents", "lines"),
    [
        ([("0", "0"), *((str(n), str(n - 1)) for n in range(1, 10_000))], [4]),
        ([("0", ""), *((str(n), str(n - 1)) for n in range(1, MAX_DEPTH + 10))], [2 + 3 * MAX_DEPTH + 2]),
        ([(str(n), str((n + 1) % 10_000)) for n in range(10_000)], [3 * n + 4 for n in range(10_000)]),
    ],
    ids=["below a circle", "too deep", "a circle"],
)
def test_parse_fault_of_many_topics_is_told_once_and_quickly(parents: list[tuple[str, str]], lines: list[int]) -> None:
    assert [fault.line for fault in faults(topics(*parents))] == lines
    assert len(faults(topics(*((str(n), str(n - 1) if n else "") for n in reversed(range(20_000)))))) == 1


def test_parse_several_faults_come_in_the_order_of_their_lines() -> None:
    text = 'version = 2\n[[episodes]]\nduration = -1\n[[topics]]\nname = 1\n[[episodes]]\nid = "x"\n'
    assert [fault.line for fault in faults(text)] == [1, 2, 2, 3, 5, 6]
    assert str(CatalogError([Fault(3, "a"), Fault(7, "b")])) == "3: a; 7: b"


def test_topic_with_a_path_has_its_ids_and_summary_and_an_episode_its_question() -> None:
    path = '[[topics]]\nname = "Act"\nsummary = "You can."\nepisodes = ["one"]\n'
    sources = 'sources = ["A paper, 2017", "A\\npage"]\n'
    found = parse_catalog(HEAD + 'question = "Why?"\nanswer = "So."\n' + sources + path)
    assert found.episodes[0].sources == "A paper, 2017\nA page"
    assert found.topics == (Topic("Act", None, "You can.", ("one",)),)
    assert (found.episodes[0].question, found.episodes[0].answer) == ("Why?", "So.")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ('["one", "gone"]', "there is no episode “gone”"),
        ('["one", "one"]', "episode “one” is listed 2 times"),
        ('"one"', "episodes must be a list of ids"),
        ("[1]", "episodes must be a list of ids"),
    ],
)
def test_path_that_cannot_be_followed_is_a_fault_with_its_line(path: str, message: str) -> None:
    assert faults(f'{HEAD}[[topics]]\nname = "Act"\nepisodes = {path}\n') == [Fault(7, message)]


def many(count: int, summary: str = "''") -> str:
    """Return the text of a catalogue that takes long to read."""
    rows = (f"[[episodes]]\nid = 'e{number}'\ntitle = 'E'\nsummary = {summary}\n" for number in range(count))
    return f"version = 1\n[[topics]]\nname = 'T'\n{''.join(rows)}"


@pytest.mark.parametrize("fault", ["[[episodes]]\nid = 'e1'\ntitle = 'E'\n", "x = \n", "[[episodes]]\ntitle = 'E'\n"])
def test_parse_finds_a_fault_at_the_end_of_a_long_catalogue(fault: str) -> None:
    text = many(3_000) + fault
    assert all(fault.line > many(3_000).count("\n") for fault in faults(text))
