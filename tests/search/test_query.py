"""The language of a question decides which of its words say little, and which endings are cut off.

Where the words of episodes are found on this machine.
"""

import unicodedata
from pathlib import Path

import pytest

from tests.present import present
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.parts import Part, arrange
from tui_pod.core.library.transcript import Cue
from tui_pod.recordings.documents import copy_name
from tui_pod.search.query import MAX_CHARS, MAX_PHRASES, Phrase, Query, excerpt, guess_language, parse_query, spaced
from tui_pod.search.sources import RECOGNISED_STAMP, REMOTE, ReadWords, WordSources, folders_stamp
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.speech.transcript_files import ALIGNED, RECOGNISED, TranscriptFiles


@pytest.mark.parametrize(
    ("typed", "text", "is_found"),
    [
        ("trans", "The Transformer", True),
        ("former", "The Transformer", False),
        ("ai", "It is aimed", False),
        ("ai", "What AI is", True),
        ("cafe", "Das Café", True),
        ("café", "the cafe", True),
        ("two words", "words come in two", True),
        ('"two words"', "words come in two", False),
        ('"two words"', "the two words", True),
        ("“two words”", "the two words", True),
        ('"two wor', "the two words", True),
        ('"two wor"', "the two words", False),
        ("words -two", "two words", False),
        ("words -two", "words of twofold", True),
        ('words -"of two"', "two of words", True),
        ("salesman's", "the travelling salesman’s problem", True),
        ("GPT-4", "from GPT-4 on", True),
        ("GPT-4", "4 of GPT", False),
        ("学習", "これは機械学習です", True),
        ("习", "これは機械学習です", False),
        ("한", "한국어", True),
        ("c++", "in C", True),
        ("AND OR NOT NEAR(a b)", "and or not near a b", True),
        ("title:one*", "title: one", True),
        ("strasse", "Straße", True),
    ],
)
def test_words_of_a_question_are_found_or_not(typed: str, text: str, is_found: bool) -> None:
    assert parse_query(typed, is_typing=True).matches(text) is is_found


@pytest.mark.parametrize("typed", ["", " ", "-", '"', "++ --", '-""', "\0\x1b[2J\ud800"[:2]])
def test_question_without_letters_asks_for_nothing(typed: str) -> None:
    assert parse_query(typed).wanted == ()


def test_question_that_only_leaves_out_says_what_is_missing() -> None:
    query = parse_query("-two")
    assert query.wanted == ()
    assert query.notice is not None
    assert "besides" in query.notice


def test_question_of_ten_thousand_words_is_cut_and_says_so() -> None:
    query = parse_query(" ".join(f"word{number}" for number in range(10_000)))
    assert len(query.wanted) == MAX_PHRASES
    assert query.notice


def test_nearest_query_matches_a_text_with_any_of_the_words() -> None:
    query = parse_query("harbour whales")
    assert not query.matches("A whale.")
    assert query.nearest().matches("A whale.")
    assert not query.nearest().matches("A ship.")
    assert not parse_query("harbour whales -ship").nearest().matches("A whale and a ship.")
    assert Query().nearest().wanted == ()


def test_excerpt_begins_with_the_text_if_the_match_is_in_its_first_two_thirds() -> None:
    for before, is_cut in (("aa " + "a " * 18, False), ("a " * 20, True)):
        text = f"{before}needle {'behind ' * 20}"
        assert excerpt(parse_query("needle"), text, 60).startswith("…") is is_cut


def test_excerpt_of_a_long_text_shows_the_match() -> None:
    text = f"{'before ' * 100}needle{' behind' * 100}"
    shown = excerpt(parse_query("needle"), text, 60)
    assert "needle" in shown
    assert len(shown) <= 60
    assert shown.startswith("…")
    assert shown.endswith("…")


def test_excerpt_of_a_text_without_blanks_shows_the_match_and_no_half_letters() -> None:
    assert "歴史" in excerpt(parse_query("歴史"), "今日は" * 40 + "日本の歴史" + "ことば" * 40, 60)
    shown = excerpt(parse_query("ไทย"), "นี้" * 40 + "ไทย" + "ที่" * 40, 60)
    assert "ไทย" in shown
    assert all(unicodedata.category(shown[place])[0] != "M" for place in (1, shown.index("ไทย")))


@pytest.mark.parametrize(
    ("typed", "text", "width", "shown"),
    [
        pytest.param("b", "a b c", 5, "a b c", id="fits"),
        pytest.param("zebra", "one two three four", 12, "one two…", id="no match"),
        pytest.param(
            "needle", f"{'a ' * 40}before the needle", 30, "…before the needle", id="a third before the match"
        ),
        pytest.param("zebra", "x" * 100, 30, f"{'x' * 10}…", id="at most 20 characters early"),
        pytest.param("zebra", f"ab {'x' * 100}", 30, f"ab {'x' * 7}…", id="the same after a word"),
    ],
)
def test_excerpt_is_cut_between_words_near_the_match(typed: str, text: str, width: int, shown: str) -> None:
    assert excerpt(parse_query(typed), text, width) == shown


@pytest.mark.parametrize(
    ("typed", "expression"),
    [
        ("one two", '("one" AND "two"*)'),
        ("one two ", '("one" AND "two")'),
        ("four two", '("four"* AND "two"*)'),
        ("to", '("to")'),
        ("tor", '("tor"*)'),
        ("한", '("한"*)'),
        ('"one two" -three -four', '("one two") NOT ("three" OR "four")'),
        ('"one two', '("one two"*)'),
        ("one one", '("one" AND "one"*)'),
    ],
)
def test_query_is_written_as_the_index_reads_it(typed: str, expression: str) -> None:
    assert parse_query(typed, is_typing=True).expression() == expression


def test_word_of_three_letters_is_no_beginning_unless_it_is_being_typed() -> None:
    assert parse_query("sea").expression() == '("sea")'


def test_query_for_a_column_excludes_from_all_columns() -> None:
    assert parse_query("one -two").expression("title") == '{title} : ("one") NOT ("two")'
    assert parse_query("harbour -two lion").nearest().expression() == '("harbour"* OR "lion"*) NOT ("two")'


def test_query_is_read_up_to_a_number_of_characters() -> None:
    assert parse_query("a" * MAX_CHARS).notice is None
    query = parse_query(f"{'a ' * (MAX_CHARS // 2)}zebra")
    assert query.notice == "Only the first 2,000 characters are read."
    assert [phrase.typed for phrase in query.wanted] == ["a"]


@pytest.mark.parametrize(("wanted", "excluded"), [(MAX_PHRASES, 1), (MAX_PHRASES - 1, 2), (0, MAX_PHRASES + 1)])
def test_wanted_words_come_before_excluded_ones_where_there_are_too_many(wanted: int, excluded: int) -> None:
    words = [f"word{number}" for number in range(wanted)] + [f"-word{number}" for number in range(excluded)]
    query = parse_query(" ".join(words))
    assert (len(query.wanted), len(query.excluded)) == (wanted, MAX_PHRASES - wanted)
    assert query.notice == "Only the first 32 words are searched for."
    assert parse_query(" ".join(words[:MAX_PHRASES])).notice != query.notice


def test_score_counts_phrases_that_match_and_those_that_match_whole_words() -> None:
    query = parse_query('tower harbour zebra "two words"')
    assert query.score("The tower of harbours has two words.") == (3, 2)


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("cafe", "Ein Café, zwei ＣＡＦＥs: cafeteria.", ["Café", "ＣＡＦＥs", "cafeteria"]),
        ('"to be"', "to be or not to be", ["to be", "to be"]),
        ('"to be"', "to be to bed", ["to be"]),
        ('"to be"', "be to be", ["to be"]),
        ('"one two" "two three" "one two three" four', "one two three, four", ["one two three", "four"]),
        ('"51"', "costs 5½ pounds", ["5½"]),
    ],
)
def test_places_of_matches_are_those_in_the_text_as_it_is_shown(typed: str, text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in parse_query(typed).spans(text)] == found


def test_letters_of_scripts_without_spaces_are_indexed_apart() -> None:
    assert spaced("これ is") == " こ  れ  is"
    assert spaced("plain") == "plain"


@pytest.mark.parametrize(
    ("typed", "stemmed"),
    [
        ("whales", "whal"),
        ('"whales"', "whales"),
        ("sea", "sea"),
        ("whale's", "whale"),
        ('"of whales', "of whal"),
        ("Straßes", "straß"),
    ],
)
def test_only_the_last_word_of_an_open_phrase_is_stemmed(typed: str, stemmed: str) -> None:
    (phrase,) = parse_query(typed).nearest().wanted
    assert phrase.typed.lower() == stemmed


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("why do whales sing", ["whal*", "sing*"]),
        ("what is it", ["what*", "is", "it"]),
        ("warum singen die Wale", ["sing*", "wal*"]),
        ("Où sont les baleines", ["balein*"]),
        ("I can't sleep", ["sleep*"]),
        ('"the whales" sing', ["the whales", "sing*"]),
    ],
)
def test_stop_words_of_the_guessed_language_are_dropped(typed: str, left: list[str]) -> None:
    wanted = parse_query(typed).nearest().wanted
    assert [" ".join(phrase.words) + "*" * phrase.is_start for phrase in wanted] == left


def test_nearest_query_of_words_of_one_stem_has_it_once() -> None:
    assert parse_query("whales whaling").nearest().wanted == (Phrase(("whal",), True, "whal"),)


@pytest.mark.parametrize(
    ("question", "common"),
    [("how does the ship work", "the"), ("wie geht das schiff", "wie"), ("comment ca marche avec le bateau", "le"),
     ("como funciona el barco", "el"), ("hoe werkt het schip", "het")],
)  # fmt: skip
def test_language_is_the_one_with_the_most_stop_words(question: str, common: str) -> None:
    language = guess_language(question.split())
    assert common in language.stop_words
    assert not {"schiff", "ship", "bateau", "barco", "schip"} & language.stop_words


def test_question_without_stop_words_is_english_and_loses_none() -> None:
    language = guess_language(["harbour", "lights"])
    assert not language.stop_words
    assert language.stem("lights") == "light"


def test_first_of_two_languages_is_taken() -> None:
    assert guess_language(["in"]).stem("sailing") == "sail"


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("sailing", "sail"), ("king", "king"), ("cars", "car"), ("gas", "gas"), ("does", "doe"),
        ("splitting", "split"), ("planned", "plan"), ("falling", "fall"), ("missed", "miss"),
    ],
)  # fmt: skip
def test_ending_is_cut_off_if_enough_remains(word: str, stem: str) -> None:
    assert guess_language(["the"]).stem(word) == stem


ADDRESS = "https://example.org/1.vtt"


@pytest.fixture
def recognised(tmp_path: Path) -> TranscriptFiles:
    """Return recognised words that one episode has."""
    files = TranscriptFiles(tmp_path / "data" / RECOGNISED)
    with files.writing("one", "m") as writer:
        writer.add((Cue("Recognised.", 1.0, 3.0),), 3.0)
        writer.complete(3.0)
    return files


def sources(folder: Path) -> WordSources:
    return WordSources(folder / "data", folder / "cache")


def texts(folder: Path, episode: Episode) -> list[str] | None:
    words = sources(folder).words(episode)
    return None if words is None else [cue.text for cue in words.read(ForeignTexts()).cues]


def test_transcript_comes_before_recognised_words(tmp_path: Path, recognised: TranscriptFiles) -> None:
    (tmp_path / "one.txt").write_text("Written.")
    episode = Episode("one", "One", audio="/one.mp3", transcript=str(tmp_path / "one.txt"))
    assert texts(tmp_path, episode) == ["Written."]
    (tmp_path / "one.txt").unlink()
    words = present(sources(tmp_path).words(episode))
    assert words.stamp.startswith(RECOGNISED_STAMP)


def test_episode_without_words_here_has_none(tmp_path: Path, recognised: TranscriptFiles) -> None:
    assert sources(tmp_path).words(Episode("two", "Two", audio="/two.mp3")) is None
    assert sources(tmp_path).words(Episode("one", "One")) is None  # words are recognised in a recording
    assert sources(tmp_path).words(Episode("one", "One", transcript=ADDRESS)) is None


def test_words_of_a_book_are_those_of_the_parts_that_have_some(tmp_path: Path) -> None:
    (tmp_path / "2.txt").write_text("Second.")
    parts = arrange([Part(f"/{n}.mp3", 60.0, transcript=str(tmp_path / f"{n}.txt")) for n in (1, 2)])
    assert texts(tmp_path, Episode("one", "One", parts=parts)) == ["Second."]
    assert sources(tmp_path).words(Episode("one", "One", parts=parts[:1])) is None


def test_transcript_of_a_feed_is_read_from_its_copy(tmp_path: Path) -> None:
    copy = tmp_path / "cache" / REMOTE / copy_name(ADDRESS)
    copy.parent.mkdir(parents=True)
    copy.write_text("Copied.")
    assert texts(tmp_path, Episode("one", "One", transcript=ADDRESS)) == ["Copied."]


def test_stamp_changes_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "one.txt"
    stamps = set()
    for text in ("Short.", "Longer."):
        file.write_text(text)
        words = present(sources(tmp_path).words(Episode("one", "One", transcript=str(file))))
        stamps.add(words.stamp)
    assert len(stamps) == 2


def test_words_whose_file_is_gone_are_none(tmp_path: Path) -> None:
    file = tmp_path / "one.txt"
    file.write_text("Written.")
    words = sources(tmp_path).words(Episode("one", "One", transcript=str(file)))
    file.unlink()
    assert words is not None
    assert words.read(ForeignTexts()) == ReadWords([])


def test_timed_words_are_read_in_order_of_time(tmp_path: Path) -> None:
    file = tmp_path / "one.vtt"
    file.write_text("WEBVTT\n\n00:09.000 --> 00:10.000\nLater.\n\n00:01.000 --> 00:02.000\nEarlier.\n")
    assert texts(tmp_path, Episode("one", "One", transcript=str(file))) == ["Earlier.", "Later."]


def test_folders_with_words_are_those_of_transcripts_and_copies(tmp_path: Path) -> None:
    found = sources(tmp_path)
    found.words(Episode("one", "One", transcript=str(tmp_path / "texts" / "one.txt")))
    recognised = tmp_path / "data" / RECOGNISED
    folders = [tmp_path / "cache" / REMOTE, recognised, recognised / ALIGNED, tmp_path / "texts"]
    assert list(found.folders) == folders


def test_stamp_of_folders_changes_when_one_appears(tmp_path: Path) -> None:
    folders = [str(tmp_path / "texts")]
    before = folders_stamp(folders)
    (tmp_path / "texts").mkdir()
    assert folders_stamp(folders) != before == folders_stamp([str(tmp_path / "none")])
