from datetime import UTC, datetime

import pytest
from textual.widgets import OptionList

from tests.app_driver import AppDriver, run_app
from tests.fakes import FakeFeeds
from tests.ui.screens.test_dialog import shown
from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress import Progress
from tui_pod.imports.players import ImportFault
from tui_pod.services.podcasts.imports import Preview
from tui_pod.shelf.opml import Entry, Imported
from tui_pod.sync.taking import ImportPlan
from tui_pod.ui.screens.podcasts.add import ImportScreen

NEW = Entry("https://ships.example/f", "[b]Ships[/b]", (("History", "Sea"),))
KNOWN = Entry("https://known.example/f", "Known")
PROGRESS = {"a": Progress(datetime(2026, 1, 1, tzinfo=UTC), played=True)}
FOUND = Preview(
    Imported("AntennaPod", (NEW, KNOWN), faults=("1 podcast has no address.",)), ImportPlan((NEW,), PROGRESS, 2)
)


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_export_is_shown_before_it_is_taken(driver: AppDriver, key: str) -> None:
    feeds = driver.services.asked_feeds
    feeds.asked_imports.found["~/export.db"] = FOUND
    await driver.press("a")
    await driver.write("~/export.db")
    await driver.press("enter")
    await driver.until(lambda: driver.shows(ImportScreen), "the export is shown")
    for said in (
        "Import from AntennaPod", "1 podcast new, 1 episode played, 0 started, 2 not found here",
        "1 podcast has no address.", "[b]Ships[/b]  History/Sea",
    ):  # fmt: skip
        assert said in driver.text
    await driver.press(key)
    assert not driver.shows(ImportScreen)
    assert feeds.wishes == ([("take", "AntennaPod")] if key == "enter" else [])


async def test_podcast_of_an_export_is_left_out_once_it_is_unticked() -> None:
    imports = FakeFeeds().asked_imports
    other = Entry("https://other.example/f", "Other")
    found = Preview(Imported("AntennaPod", (NEW, other, KNOWN)), ImportPlan((NEW, other), {}, 0))
    async with shown(ImportScreen(found, imports)) as (app, pilot):
        before = [str(option.prompt) for option in app.screen.query_one(OptionList).options]
        await pilot.press("v")
        assert [str(option.prompt)[:2] for option in app.screen.query_one(OptionList).options] == ["  ", "✓ "]
        await pilot.press("up", "v")
        assert [str(option.prompt) for option in app.screen.query_one(OptionList).options] == before
    assert found.without({0}) == Preview(Imported("AntennaPod", (other, KNOWN)), ImportPlan((other,), {}, 0))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 12)])
async def test_long_export_leaves_header_and_bar_visible(size: tuple[int, int], library: Library) -> None:
    new = tuple(Entry("https://ships.example/f", f"Podcast {number}") for number in range(40))
    async with run_app(library, size) as driver:
        await driver.press("enter")
        lines = driver.text.split("\n")
        bar, imports = driver.bar.region.y, driver.services.asked_feeds.asked_imports
        await driver.app.show_dialog(ImportScreen(FOUND._replace(taking=ImportPlan(new, {}, 0)), imports))
        await driver.press("end")
        await driver.until(lambda: "Podcast 39" in driver.text, "the last row is in sight")
        assert (lines[0], lines[bar]) == (driver.text.split("\n")[0], driver.text.split("\n")[bar])


@pytest.mark.parametrize(("count", "last"), [(300, "Podcast 299"), (1301, "… and 1,001 more")])
async def test_long_export_is_listed_in_part(count: int, last: str) -> None:
    new = tuple(Entry("https://ships.example/f", f"Podcast {number}") for number in range(count))
    many = FOUND._replace(taking=ImportPlan(new, {}, 0))
    async with shown(ImportScreen(many, FakeFeeds().asked_imports)) as (app, _):
        options = app.screen.query_one(OptionList).options
        assert len(options) == min(count, 301)
        assert str(options[-1].prompt).removeprefix("✓").strip() == last


async def test_export_that_is_damaged_says_why_and_keeps_what_was_typed(driver: AppDriver) -> None:
    driver.services.asked_feeds.asked_imports.found["~/x.db"] = ImportFault("x.db cannot be read.")
    await driver.press("a")
    await driver.write("~/x.db")
    await driver.press("enter")
    await driver.until(lambda: "x.db cannot be read." in driver.text, "it says why")
    assert "~/x.db" in driver.text
