"""The settings of a podcast on the screen."""

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.app_driver import AppDriver, embedded_library, run_app
from tests.ui.test_feeds import CAST, IN_CAST, LIBRARY, topic
from tui_pod.config.reader import read_config
from tui_pod.config.settings import FeedSettings, Settings
from tui_pod.core.actions import key_of
from tui_pod.core.library.library import Library
from tui_pod.core.library.podcast_settings import BOOK_ROWS, COURSE, ROWS, PodcastSettings, Setting, choice_kind
from tui_pod.core.progress.bookmarks import Stretch
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.services.podcasts.podcast_settings import PodcastChoice, _all
from tui_pod.services.usual_settings import UsualSettings
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.ui.screens.form import FormField
from tui_pod.ui.screens.podcasts.podcast_settings import PodcastsScreen, SettingsScreen, make_field
from tui_pod.ui.widgets.found_view import FoundView

IN_TALKS = ListQuery(entry=topic(LIBRARY, "Talks"))

PODCASTS = (
    PodcastChoice(CAST, "Cast [b]of[/b]", PodcastSettings(speed=1.2)),
    PodcastChoice("https://gone.example.org/f", "Away", PodcastSettings(hidden=True)),
    PodcastChoice(COURSE, "The course", PodcastSettings()),
)

pytestmark = pytest.mark.app(query=IN_CAST)


@pytest.fixture
def library() -> Library:
    """What the app has: two talks and two podcasts."""
    return LIBRARY


def field(name: str, settings: Settings | None = None) -> FormField:
    """Return the field of a setting that is not set."""
    return make_field(ROWS[name], "", settings or Settings())


def test_setting_of_some_values_alone_is_chosen_and_any_other_is_typed() -> None:
    chosen = {
        "level",
        "skip_silence",
        "order",
        "kind",
        "queue_new",
        "article",
        "code",
        "after",
        "transcribe",
        "notify",
        "hidden",
    }
    assert {name for name in ROWS if field(name).choices} == chosen
    assert field("delete_played").choices == ()  # now, never, or days
    assert field("after").choices == ("list", "podcast", "series", "queue", "stop")
    assert field("article").choices == ("page",)  # an empty field means the feed


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("name", "as published"),
        ("speed", "as usual"),
        ("skip_start", "0 seconds"),
        ("keep", "as usual: 0 episodes"),
        ("level", "as usual: no"),
        ("archive_after", "never"),
        ("delete_played", "as usual: never"),
        ("refresh", "as usual: every 60 minutes"),
    ],
)
def test_empty_field_says_what_holds_with_the_unit_of_a_number(name: str, usual: str) -> None:
    assert field(name).usual == usual


def test_podcast_that_is_usually_not_refreshed_is_not_refreshed_every_never() -> None:
    never = Settings(feeds=FeedSettings(refresh_minutes=0))
    assert field("refresh", never).usual == "as usual: never"


def test_field_has_the_name_of_its_setting_and_says_what_may_be_typed() -> None:
    assert (field("skip_chapters").label, field("after").label) == ("Skip chapters", "Then play")
    assert field("keep").allowed == "a whole number from 0 to 100"
    assert [field(name).allowed for name in ("name", "level", "refresh")] == ["", "", ""]  # its text says it


SHOWN = ["Speed", "Skip at start", "Refresh", "Download ahead", "Announce new", "Name", "Topics"]
"""The settings that are shown at once."""


def ask(driver: AppDriver) -> list[tuple[object, ...]]:
    """Give the app its podcasts; return what it asks for."""
    driver.services.asked_feeds.asked_settings.podcasts = list(PODCASTS)
    return driver.services.asked_feeds.wishes


def labels(driver: AppDriver) -> list[str]:
    """Return the labels of the fields that are shown."""
    return [str(each.render()).rstrip() for each in driver.app.screen.query(".field-label") if each.region]


async def test_p_shows_settings_in_three_groups_then_more_with_what_holds_otherwise(driver: AppDriver) -> None:
    ask(driver)
    await driver.press("P")
    assert driver.shows(SettingsScreen)
    assert "Cast [b]of[/b]" in driver.text
    assert labels(driver) == SHOWN
    groups = [str(each.render()) for each in driver.app.screen.query(".field-group") if each.region]
    assert groups == ["Playing", "What is new, and downloads", "The podcast itself"]
    assert "as usual: every 60 minutes" in driver.text
    assert f"{len(ROWS) - len(SHOWN)} more settings" in driver.text
    await driver.press("up", "enter")
    assert len(labels(driver)) == len(ROWS)
    assert driver.app.screen.focused is driver.app.screen.query_one("#field-skip_end")


async def test_p_on_a_book_is_about_the_book(driver: AppDriver) -> None:
    wishes, index = ask(driver), driver.main.model.index
    assert index is not None
    book = PodcastChoice(LIBRARY.ids[index], "Emma", PodcastSettings(), CAST)
    driver.services.asked_feeds.asked_settings.podcasts.append(book)
    await driver.press("P")
    assert len(labels(driver)) == len(BOOK_ROWS)
    await driver.press("down")
    await driver.write("1.5")
    await driver.press("enter")
    assert wishes == [("configure", book.id, {"speed": "1.5"})]


async def test_setting_that_was_changed_is_shown_at_once(driver: AppDriver) -> None:
    ask(driver)
    changed = PodcastSettings(exclude=("rerun",), hidden=True)
    driver.services.asked_feeds.asked_settings.podcasts = [PodcastChoice(CAST, "Cast", changed)]
    await driver.press("P")
    assert {*labels(driver)} == {*SHOWN, "Must not contain", "Hidden"}


async def test_setting_that_its_source_declares_is_shown_at_once_and_saved(driver: AppDriver) -> None:
    wishes, tongue = ask(driver), Setting("Language", choice_kind("en", "de"), "en", "tongue", "en")
    podcast = PodcastChoice(CAST, "Cast", PodcastSettings(), options={"tongue": tongue})
    driver.services.asked_feeds.asked_settings.podcasts = [podcast]
    await driver.press("P")
    assert {*labels(driver)} == {*SHOWN, "Tongue"}
    driver.app.screen.query_one("#field-tongue").focus()
    await driver.press("right", "enter")
    assert wishes == [("configure", CAST, {"tongue": "de"})]


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40)])
async def test_every_setting_is_explained_in_sight_while_it_has_the_focus(size: tuple[int, int]) -> None:
    async with run_app(LIBRARY, size, query=IN_CAST) as driver:
        ask(driver)
        await driver.press("P", "up", "enter")
        screen, seen = driver.app.screen, set[str]()
        for _ in ROWS:
            field = screen.focused
            assert field is not None
            row = ROWS[(field.id or "").removeprefix("field-")]
            seen.add(row.name)
            await driver.until(lambda: is_in_sight(driver), f"it is scrolled to {row.name}")
            shown = " ".join(" ".join(driver.rows_of(screen.query_one("#outcome"))).split())
            assert shown.startswith(row.text)
            assert shown.endswith(".")
            await driver.press("down")
        assert seen == {*ROWS}


def is_in_sight(driver: AppDriver) -> bool:
    """Return whether the focused field is seen above its explanation."""
    screen = driver.app.screen
    assert screen.focused is not None
    field, said = screen.focused.region, screen.query_one("#outcome").region
    room = screen.query_one("#fields").region
    return room.y <= field.y and field.bottom == said.y and said.bottom <= room.bottom


async def test_enter_saves_what_was_edited_and_nothing_else(driver: AppDriver) -> None:
    wishes = ask(driver)
    await driver.press("P", "end", "backspace", "5", "down", "end", "ctrl+u")
    await driver.write("1:30")
    await driver.press("down", "down", "down", "right", "enter")
    assert not driver.shows(SettingsScreen)
    assert wishes == [("configure", CAST, {"speed": "1.5", "skip_start": "1:30", "notify": "yes"})]


async def test_value_that_is_offered_is_taken_by_an_arrow(driver: AppDriver) -> None:
    wishes = ask(driver)
    why = f"You have skipped 3 passages with {key_of('passage.skip')}"
    driver.services.passages.offered = {"skip_recurring": ("3", why)}
    await driver.press("P")
    assert labels(driver)[2] == "Skip jingles heard"
    assert "→ takes" not in driver.text
    await driver.press(*["down"] * 2)
    assert "You have skipped 3 passages with X: → takes 3." in driver.text
    await driver.press("right", "enter")
    assert wishes == [("configure", CAST, {"skip_recurring": "3"})]


async def test_unit_is_shown_behind_a_number_alone(driver: AppDriver) -> None:
    ask(driver)
    await driver.press("P", "down", "down")
    await driver.write("never")
    assert "never minutes" not in " ".join(driver.text.split())
    await driver.press("ctrl+u", "3", "0")
    assert "Refresh ▎ 30 minutes" in " ".join(driver.text.split())


@pytest.mark.parametrize(("query", "keys"), [(IN_TALKS, ("P",)), (ListQuery(0), ("tab", "P", "up", "enter"))])
async def test_p_where_no_podcast_is_asks_which_and_shows_the_hidden_ones_too(
    query: ListQuery, keys: tuple[str, ...]
) -> None:
    async with run_app(LIBRARY, query=query) as driver:
        wishes = ask(driver)
        await driver.press(*keys)
        assert driver.shows(PodcastsScreen)
        assert "Away · hidden" in driver.text
        await driver.press("down", "enter")
        assert driver.shows(SettingsScreen)
        await driver.press("up", "up", "left", "enter")
        assert wishes == [("configure", "https://gone.example.org/f", {"hidden": ""})]


async def test_p_on_an_episode_in_another_list_is_about_its_podcast() -> None:
    async with run_app(LIBRARY, query=ListQuery(0)) as driver:
        ask(driver)
        await driver.press("P")
        assert driver.shows(SettingsScreen)


@pytest.mark.parametrize("keys", [(), ("tab",)])
async def test_p_on_the_course_is_about_what_it_has(keys: tuple[str, ...]) -> None:
    async with run_app(embedded_library(), query=ListQuery(entry=2)) as driver:
        driver.services.asked_feeds.asked_settings.podcasts = [PODCASTS[-1]]
        await driver.press(*keys, "P")
        assert labels(driver) == ["Hidden"]


async def test_p_in_a_view_over_the_list_is_about_the_podcast_of_its_row() -> None:
    async with run_app(LIBRARY, query=IN_TALKS) as driver:
        wishes, episode = ask(driver), LIBRARY.ids[LIBRARY.topics.members[IN_CAST.entry][0]]
        driver.controller.bookmarks.add(episode, "Cast", Stretch(3.0, 5.0, "Said."))
        await driver.press("4", "P")
        assert driver.shows(SettingsScreen)
        await driver.press("escape", "ctrl+f", *"said")
        await driver.until(lambda: driver.app.screen.query_one(FoundView).count(), "it is found")
        await driver.press("enter", "P", "ctrl+u", "2", "enter")
        assert wishes == [("configure", CAST, {"speed": "2"})]


async def test_of_the_course_only_hidden_can_be_set() -> None:
    async with run_app(LIBRARY, query=IN_TALKS) as driver:
        wishes = ask(driver)
        await driver.press("P", "end", "enter")
        assert "○━━ no" in driver.text
        await driver.press("right")
        assert "━━● yes" in driver.text
        await driver.press("enter")
        assert wishes == [("configure", COURSE, {"hidden": "yes"})]


async def test_number_is_stepped_within_what_is_allowed_and_the_choices_are_named(driver: AppDriver) -> None:
    driver.services.asked_feeds.asked_settings.podcasts = list(PODCASTS)
    await driver.press("P", "+", "+", "-")
    assert "+ - Change" in driver.text.replace("\N{NO-BREAK SPACE}", " ")
    for _ in range(40):
        await driver.press("-")
    await driver.press("enter")
    assert driver.services.asked_feeds.wishes[-1] == ("configure", CAST, {"speed": "0.5"})


def test_settings_that_mean_nothing_to_a_source_are_not_offered(tmp_path: Path) -> None:
    store = FeedStore(tmp_path)
    store.subscribe([Entry(CAST), Entry(f"file://{tmp_path}"), Entry("texts://1")])
    offered = [set(choice.rows) for choice in _all(store)]
    assert [{"refresh", "kind", "keep", "speed"} & names for names in offered] == [
        {"refresh", "keep", "speed"}, {"refresh", "kind", "speed"}, {"speed"}, set(),
    ]  # fmt: skip


async def test_p_on_all_topics_shows_what_as_usual_means_and_keeps_what_is_chosen(tmp_path: Path) -> None:
    file = tmp_path / "state.settings.toml"
    settings = Settings(fixed=frozenset({"feeds.keep_next"}))
    async with run_app(LIBRARY, (120, 40), settings=settings) as driver:
        driver.services.usual = usual = UsualSettings(driver.services.context, file, driver.services.use_settings)
        ask(driver)
        await driver.press("tab", "P")
        assert "As usual: for all podcasts" in driver.text
        assert "Download ahead" not in labels(driver)
        assert "config.toml sets feeds.keep_next." in driver.text
        driver.app.screen.query_one("#field-seek_forward", Input).value = "45"
        await driver.press("enter")
        assert "As usual: seek forward 45. Press u to undo." in driver.text
        driver.controller.play(LIBRARY.ids[0])
        await driver.settle()
        await driver.press("full_stop")
        assert driver.playback.position == 45.0
        config = read_config(tmp_path / "config.toml", chosen=file)
        assert (config.settings.playback.seek_forward, config.settings.fixed) == (45.0, frozenset())
        await driver.press("u", "u")
        assert usual.texts["seek_forward"] == ""
