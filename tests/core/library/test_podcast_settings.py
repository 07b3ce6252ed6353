import pytest

from tui_pod.core.library.podcast_settings import (
    ROWS,
    PodcastSettings,
    SettingError,
    checked,
    find_row,
    has_word,
    make_settings,
    to_texts,
    usable,
)

GOOD = {
    "name": ["Talks", "[/b] ‘x’"],
    "folder": ["Science/Physics, News", r"A\, B/C\/D"],
    "speed": ["1.2", "0.5", "3"],
    "level": ["yes", "no"],
    "skip_silence": ["yes", "no"],
    "skip_start": ["90", "1:30", "0.5", "1:00:00"],
    "skip_end": ["30"],
    "skip_chapters": ["ad, a word from", r"one\, two"],
    "sleep": ["Chapter", "off", "20", "1h30m"],
    "skip_recurring": ["2", "100"],
    "order": ["newest", "Oldest"],
    "kind": ["book", "Talks"],
    "article": ["feed", "Page"],
    "code": ["yes"],
    "refresh": ["never", "5", "1440"],
    "keep": ["0", "100"],
    "queue_new": ["last", "Newest"],
    "include": ["war, peace"],
    "exclude": ["rerun"],
    "min_length": ["5", "90", "1h"],
    "max_length": ["20m", "1h30m", "24h"],
    "new_for": ["3", "3650"],
    "archive_after": ["1", "60"],
    "after": ["podcast", "Queue", "stop", "list"],
    "delete_played": ["now", "never", "7"],
    "transcribe": ["never", "Downloads", "all"],
    "notify": ["yes", "No"],
    "hidden": ["yes"],
}

BAD = {
    "speed": ["fast", "0.4", "nan", "inf", "1,2"],
    "level": ["loud"],
    "skip_silence": ["1"],
    "skip_start": ["-1", "1:2:3:4", "2:00:00", "nan", ":"],
    "sleep": ["0", "soon", "23:30"],
    "skip_recurring": ["1", "101", "often"],
    "order": ["new", "title"],
    "kind": ["course"],
    "article": ["teaser"],
    "refresh": ["0", "4", "often"],
    "keep": ["-1", "101", "1.5", "9" * 3000],
    "queue_new": ["first"],
    "min_length": ["0", "-5", "soon", "1:30"],
    "max_length": ["25h", "m"],
    "new_for": ["0", "never"],
    "archive_after": ["0", "-1", "later"],
    "after": ["next"],
    "delete_played": ["0", "-1", "later"],
    "transcribe": ["some"],
    "notify": ["maybe"],
    "hidden": ["1"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in GOOD.items() for text in texts])
def test_value_is_kept_as_a_text_that_means_the_same(name: str, text: str) -> None:
    row = ROWS[name]
    kept = row.show(row.parse(text))
    assert row.parse(kept) == row.parse(text) != row.default
    assert getattr(make_settings({name: kept}), name) == row.parse(text)


def test_each_setting_is_tried_here() -> None:
    assert list(GOOD) == list(ROWS)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in BAD.items() for text in texts])
def test_wrong_value_is_refused_with_what_it_may_be(name: str, text: str) -> None:
    with pytest.raises(SettingError) as raised:
        checked({"name": "Fine", name: text})
    assert str(raised.value).endswith(f"must be {ROWS[name].kind.allowed}")
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("text", ["", " ", "default", "Default"])
def test_nothing_is_the_default(text: str) -> None:
    assert checked(dict.fromkeys(ROWS, text)) == dict.fromkeys(ROWS, "") == to_texts(PodcastSettings())


def test_unknown_setting_is_refused_with_one_like_it() -> None:
    with pytest.raises(SettingError, match="the closest is speed"):
        find_row("sped")


@pytest.mark.parametrize(
    ("text", "is_there"),
    [("An Ad", True), ("Ads", False), ("Roadmap", False), ("[AD] one", True), ("a word  from us", False),
     ("A word from us", True), ("今日のニュースです", True), ("", False)],
)  # fmt: skip
def test_words_are_found_whole(text: str, is_there: bool) -> None:
    assert has_word(text, ("ad", "A word from", "ニュース")) is is_there


def test_settings_from_elsewhere_are_taken_as_far_as_they_mean_something() -> None:
    hostile = {"speed": "9", "keep": 3, "name": "\x1b[31mRed", "order": "OLDEST", "no such": "x", 7: "y"}
    assert usable(hostile) == {"name": "[31mRed", "order": "oldest"}
