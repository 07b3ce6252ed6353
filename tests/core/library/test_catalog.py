import tomllib
from datetime import date

import pytest
import tomli_w

from tests.hostile import HOSTILE_TITLES
from tui_pod.core.library.catalog import MAX_DEPTH, MOST_FAULTS, Catalog, CatalogError, Fault, parse_catalog
from tui_pod.core.library.course import place_text, whole_course
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.toml_lines import error_line, key_lines, line_finder
from tui_pod.core.library.topics import topic_key
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


def test_parse_tells_the_first_of_too_many_faults_and_that_there_are_more() -> None:
    ids = ", ".join(f'"{number}"' for number in range(MOST_FAULTS + 5))
    found = faults(f'version = 1\n[[topics]]\nname = "A"\nepisodes = [{ids}]\n')
    assert len(found) == MOST_FAULTS + 1
    assert [fault.message for fault in (found[0], *found[-2:])] == [
        "there is no episode “0”", f"there is no episode “{MOST_FAULTS - 1}”", "there are more faults than these",
    ]  # fmt: skip


def test_parse_many_short_episodes_are_not_refused_as_too_many() -> None:
    text = "version = 1\n" + "".join(f'[[episodes]]\nid = "e{number}"\ntitle = "E"\n\n' for number in range(60_000))
    assert len(parse_catalog(text).episodes) == 60_000


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


CAST = topic_key("", "Cast", feed="f")

TREE = (
    Topic("Subject"),
    Topic("The course", "Subject"),
    Topic("1. First", "The course", episodes=("e", "d")),
    Topic("2. Second", "The course", episodes=("c", "b", "a")),
    Topic("Tags", "Subject"),
    Topic("Walks", episodes=("d", "f")),
    Topic("Morning walk", "Walks"),
    Topic(CAST, episodes=("g",)),
)


@pytest.fixture
def library() -> Library:
    return make_courses()


def make_courses() -> Library:
    """Return a library of two courses and a serial podcast; episodes are named by letters."""
    tags = {"d": ("Tags", "Morning walk"), "g": (CAST,)}
    return build_library(TREE, [Episode(i, i, tags=tags.get(i, ("Tags",))) for i in "abcdefg"])


def names(library: Library, topics: frozenset[int]) -> set[str]:
    return {library.topics.names[topic] for topic in topics}


def test_courses_have_a_path_or_consist_of_courses_or_are_parts_and_podcasts_are_none(library: Library) -> None:
    expected = {"The course", "1. First", "2. Second", "Walks", "Morning walk"}
    assert names(library, library.topics.courses) == expected


def test_first_course_is_the_whole_one_not_its_first_part(library: Library) -> None:
    course = library.topics.find("The course")
    assert course == min(library.topics.courses)
    assert whole_course(library.topics, library.topics.find("2. Second") or 0) == course
    assert whole_course(library.topics, library.topics.find("Tags") or 0) is None


def test_part_without_a_path_has_the_order_of_its_course(library: Library) -> None:
    part = library.topics.find("Morning walk") or 0
    assert [library.ids[index] for index in library.topics.paths[part]] == ["d"]


@pytest.mark.parametrize(
    ("ident", "said"),
    [
        ("e", "Act 1 · 1 of 2"),
        ("d", "Act 1 · 2 of 2"),  # not its place in the walks, which come later
        ("b", "Act 2 · 2 of 3"),
        ("f", "Walks · 2 of 2"),
        ("g", ""),
    ],
)
def test_place_names_part_number_and_total(library: Library, ident: str, said: str) -> None:
    assert place_text(library.topics, library.index(ident) or 0) == said


def failure(text: str) -> ValueError:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - whatever the parser raises
        tomllib.loads(text)
    return caught.value


def test_error_line_bad_value_names_its_line_and_leaves_the_place_out() -> None:
    text = "version = 1\ntitle = oops\n"
    assert error_line(failure(text), text) == (2, "Invalid value")


def test_error_line_end_of_document_is_the_last_line() -> None:
    text = 'version = 1\ntitle = "open'
    assert error_line(failure(text), text)[0] == 2


def test_error_line_number_of_too_many_digits_names_its_line() -> None:
    text = f"version = 1\n\nduration = {'9' * 5000}\n"
    line, message = error_line(failure(text), text)
    assert line == 3
    assert "5000 digits" in message


TEXT = '''\
# a comment with = and [[episodes]]
version = 1
title = "x"

[[topics]]
name = "A"

[[episodes]]
id = "one"
"title" = "One"
tags = [
  "a", # ]
  ["duration = 5"],
  [["episodes"]],
]
duration = 3

[[episodes]]
id = "two"
summary = """
[[episodes]]
id = "three"
title = "not here\\"""
"""
notes = \'\'\'
title = "nor here"
[x]
\'\'\'
extra = { title = "nor here", list = [
  1,
] }
title.sub = 1
  [episodes.more]
  id = "deeper"
[[ "episodes" ]]
id = "three"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        pytest.param("version", 2, id="a key before the first table"),
        pytest.param("nothing", 1, id="no such key"),
        pytest.param("topics.0.name", 6, id="a key of a table"),
        pytest.param("topics.0.parent", 5, id="a key that a table has not"),
        pytest.param("topics.7.name", 5, id="an entry that is not there"),
        pytest.param("feeds.0.name", 1, id="a table that is not there"),
        pytest.param("episodes.0", 8, id="a table itself"),
        pytest.param("episodes.0.title", 10, id="a key in quotes"),
        pytest.param("episodes.0.duration", 16, id="a key after a list over several lines"),
        pytest.param("episodes.1", 18, id="a table after a list that holds a header"),
        pytest.param("episodes.1.title", 32, id="a key after strings and tables that hold it"),
        pytest.param("episodes.2", 35, id="a table after a string that holds a header"),
        pytest.param("episodes.2.id", 36, id="a key after a table below"),
    ],
)
def test_find_table_and_key_returns_their_line(path: str, line: int) -> None:
    assert tomllib.loads(TEXT)
    assert line_finder(TEXT)(path) == line


def test_find_name_used_as_plain_table_returns_its_header() -> None:
    assert line_finder("version = 1\n\n[topics]\nname = 1\n")("topics") == 3


def test_find_entries_written_as_a_list_returns_its_line() -> None:
    assert line_finder('version = 1\nepisodes = [{id = "a"}]\n')("episodes.0.id") == 2


def test_key_lines_of_tables_and_dotted_keys_are_found_by_path() -> None:
    text = """catalogs = [
  "a.toml", # [keys]
]
playback.speed = 1.5
[ui] # looks
ascii = true
note = '''
theme = "x"
'''
[keys]
"playback.toggle" = "x"
playback . mute = "y"
[speeds]
"A topic" = 2
'Another = one' = { a = 1 }
"""
    assert key_lines(text) == {
        "catalogs": 1, "playback": 4, "playback.speed": 4, "ui": 5, "ui.ascii": 6, "ui.note": 7, "keys": 10,
        "keys.playback.toggle": 11, "keys.playback": 12, "keys.playback.mute": 12, "speeds": 13, "speeds.A topic": 14,
        "speeds.Another = one": 15,
    }  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        " " * 500_000,
        " " * 500_000 + "x",
        "a" * 500_000,
        "a." * 250_000,
        "a . " * 125_000 + " " * 125_000,
        "[" * 500_000,
        "[a" + " " * 500_000,
        "x = '" + "a" * 500_000,
    ],
    ids=lambda line: f"{line[:4]}…",
)
def test_key_lines_of_a_line_without_end_is_done_at_once(line: str) -> None:
    """Half a megabyte takes milliseconds; what grows with its square would take half an hour."""
    assert key_lines(f"{line}\nb = 1") is not None
    line_finder(f"{line}\nb = 1")("c")


def test_key_lines_with_blanks_everywhere_are_found() -> None:
    assert key_lines("  [ a . \"b\" ]\n\t c . 'd' \t= 1\n[[ e ]]\n") == {
        "a": 1, "a.b": 1, "a.b.c": 2, "a.b.c.d": 2, "e": 3, "e.0": 3,
    }  # fmt: skip


def test_error_line_of_many_numbers_that_are_long_enough_is_found_at_once() -> None:
    text = f"{'9' * 3_900}\n" * 250 + "x = " + "9" * 5_000
    assert error_line(ValueError("Exceeds the limit (4300 digits); use x"), text)[0] == 251
