"""Which episodes are downloaded by themselves, and which downloads go."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.podcast_settings import make_settings
from tui_pod.core.progress.progress import Progress
from tui_pod.recordings.downloads import Download, DownloadChanges, Usual, has_rule, oldest_played, plan_downloads

NOW = datetime(2026, 2, 1, tzinfo=UTC)
PLAYED = Progress(NOW - timedelta(days=3), played=True, listened=NOW - timedelta(days=3))
STARTED = Progress(NOW, position=3.0)

EPISODES = [
    Episode(ident, f"Title {ident}", "About it", duration, audio=f"https://c.org/{ident}.mp3")
    for ident, duration in zip("edcba", (600.0, 1200.0, None, 3600.0, 90.0), strict=True)
]
"""Newest first."""


def plan(
    progress: Mapping[str, Progress] | None = None,
    manual: str = "",
    automatic: str = "",
    usual: Usual = Usual(),  # noqa: B008 - a value
    is_serial: bool = False,
    in_use: str = "",
    **texts: str,
) -> tuple[str, str]:
    """Return what is fetched and what is deleted."""
    downloads = {
        ident: Download(ident, Path(ident), 1, is_automatic=ident in automatic) for ident in manual + automatic
    }
    made: DownloadChanges = plan_downloads(
        EPISODES, make_settings(texts), is_serial, usual, (progress or {}).get, downloads, in_use, NOW
    )
    return "".join(episode.id for episode in made.fetch), "".join(made.delete)


def test_newest_unplayed_ones_are_kept_and_of_a_serial_the_first() -> None:
    progress = {"d": PLAYED, "b": PLAYED}
    assert plan({"a": PLAYED}, keep="2") == ("ed", "")
    assert plan(progress, keep="2", is_serial=True) == ("ac", "")
    assert plan(manual="e", keep="2") == ("d", "")  # what is here is not fetched again
    assert plan({"e": PLAYED}, automatic="edc", keep="2", delete_played="now") == ("", "e")
    assert plan({"e": PLAYED}, manual="e", automatic="d") == ("", "")  # there is no rule
    assert plan(keep="2", hidden="yes", automatic="e") == ("", "")
    assert plan(automatic="ed", keep="0") == ("", "")


def test_order_that_the_listener_chose_decides_what_is_next() -> None:
    assert plan(keep="2", order="oldest") == ("ab", "")
    assert plan(keep="2", order="newest", is_serial=True) == ("ed", "")


@pytest.mark.parametrize(("keep", "fetched"), [("", "ed"), ("1", "e"), ("0", "")])
def test_podcast_says_how_many_else_the_settings(keep: str, fetched: str) -> None:
    assert plan(usual=Usual(keep=2), keep=keep) == (fetched, "")


def test_downloads_follow_the_queue_if_the_settings_say_so() -> None:
    usual = Usual(queued=True)
    assert has_rule(make_settings({}), usual)
    assert plan(usual=usual, in_use="db", automatic="b") == ("d", "")
    assert plan({"d": PLAYED}, usual=usual, in_use="d") == ("", "")
    assert plan({"a": STARTED}, usual=usual, manual="c", automatic="ba") == ("", "b")
    assert plan(usual=usual, in_use="db", hidden="yes") == ("", "")


def test_words_decide_what_is_wanted() -> None:
    assert plan(keep="9", include="title c, title a") == ("ca", "")
    assert plan(keep="2", exclude="Title E") == ("dc", "")
    assert plan(keep="9", include="about", exclude="title") == ("", "")


def test_length_decides_what_is_wanted_where_it_is_known() -> None:
    assert plan(keep="9", min_length="20m") == ("dcb", "")
    assert plan(keep="9", max_length="10m") == ("eca", "")
    assert plan(keep="9", min_length="5m", max_length="30m", exclude="title e") == ("dc", "")


@pytest.mark.parametrize(
    ("rule", "gone"), [("now", "ed"), ("3", "ed"), ("4", ""), ("never", ""), ("", "")]
)  # fmt: skip
def test_played_downloads_go_after_the_days_that_are_set(rule: str, gone: str) -> None:
    progress = {"e": PLAYED, "d": PLAYED, "c": STARTED}
    assert plan(progress, manual="ec", automatic="db", delete_played=rule) == ("", gone)
    usual = Usual(delete_played=0)  # where the podcast says nothing
    assert plan({"e": PLAYED}, manual="e", usual=usual, delete_played=rule) == (
        ("", "") if rule in ("4", "never") else ("", "e")
    )


def test_what_plays_or_is_queued_stays() -> None:
    assert plan({"e": PLAYED, "d": PLAYED}, manual="ed", delete_played="now", in_use="e") == ("", "d")


def test_what_came_by_itself_goes_when_it_is_no_longer_among_the_next_unless_it_was_begun() -> None:
    assert plan({"b": STARTED}, manual="c", automatic="edab", keep="2") == ("", "a")


def test_filling_up_stops_at_the_episode_heard_last() -> None:
    later = PLAYED._replace(listened=NOW)
    assert plan({"d": PLAYED, "b": PLAYED}, keep="4") == ("e", "")
    assert plan({"d": PLAYED, "b": later}, keep="4") == ("ec", "")
    assert plan({"d": STARTED._replace(listened=NOW)}, keep="4") == ("e", "")
    assert plan({"d": PLAYED._replace(listened=None)}, keep="4") == ("ecba", "")  # marked
    assert plan({"d": STARTED}, keep="4") == ("edcb", "")  # from elsewhere


def test_what_made_room_is_fetched_again_once_it_is_next() -> None:
    progress = {"e": PLAYED}
    downloads = {ident: Download(ident, Path(ident), 1, is_automatic=True) for ident in "edcb"}
    settings = make_settings({"keep": "2", "delete_played": "now"})
    made = plan_downloads(EPISODES, settings, False, Usual(), progress.get, downloads, (), NOW)
    assert made.delete == ["e", "b"]
    assert plan({"e": PLAYED, "d": Progress(NOW, played=True), "c": Progress(NOW, played=True)}, keep="1") == ("", "")
    marked = {ident: Progress(NOW, played=True) for ident in "edc"}
    assert plan(marked, keep="1", delete_played="now") == ("b", "")


def test_oldest_played_goes_first_and_unplayed_never() -> None:
    later = Progress(NOW, played=True, listened=NOW)
    progress = {"a": later, "b": PLAYED, "c": STARTED}
    assert oldest_played(progress.get, ["a", "b", "c", "d", "x"]) == ["b", "a"]


def test_queued_episodes_are_fetched_first_while_any_are_kept() -> None:
    assert plan(in_use="ac", keep="1") == ("cae", "")
    assert plan(in_use="ae", automatic="a", keep="1") == ("e", "")
    assert plan({"a": PLAYED}, in_use="a", keep="1") == ("e", "")
    assert plan(in_use="ac", keep="0") == ("", "")


def test_episode_that_was_marked_counts_as_played_from_then_on() -> None:
    marked = PLAYED._replace(listened=None)
    assert plan({"e": marked}, manual="e", delete_played="3") == ("", "e")
    assert plan({"e": marked}, manual="e", delete_played="4") == ("", "")
    assert plan({"e": PLAYED._replace(updated=NOW)}, manual="e", delete_played="3") == ("", "e")
    progress = {"a": PLAYED, "b": marked._replace(updated=NOW - timedelta(days=4))}
    assert oldest_played(progress.get, "ab") == ["b", "a"]


@pytest.mark.parametrize(
    ("texts", "usual", "has_one"),
    [
        ({"keep": "1"}, Usual(), True), ({}, Usual(keep=1), True), ({"keep": "0"}, Usual(keep=1), False),
        ({"delete_played": "now"}, Usual(), True), ({"hidden": "yes", "keep": "1"}, Usual(), False),
        ({}, Usual(delete_played=0), True), ({"delete_played": "never"}, Usual(delete_played=0), False),
    ],
)  # fmt: skip
def test_podcast_has_a_rule_of_its_own_or_the_usual_one(texts: dict[str, str], usual: Usual, has_one: bool) -> None:
    assert has_rule(make_settings(texts), usual) is has_one
