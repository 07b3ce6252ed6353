"""The tree of topics: folded, unfolded, and walked through."""

import pytest
from textual.geometry import Size

from tests.app_driver import AppDriver, run_app
from tests.fakes import START
from tests.rooms import CAST, EPISODES, TOPICS, make_podcast
from tests.scenes import SCENES, press, run_scene
from tui_pod.config.settings import InterfaceSettings, Settings
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.topics import topic_key
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.services.podcasts.troubles import Trouble
from tui_pod.ui.look.cells import MARKS, meter
from tui_pod.ui.widgets.topic_tree import BORDER, LEAST_WIDTH, MANY_TOPICS, METER_WIDTH, MOST_WIDTH, TopicTree


async def test_left_folds_a_topic_or_goes_to_its_parent_and_folds_stay_until_a_part_is_shown(
    driver: AppDriver, library: Library
) -> None:
    tree, topics = driver.tree, library.topics
    basics, numbers = topics.names.index("Basics"), topics.names.index("Numbers")
    driver.main.set_focus(tree)
    tree.go_to(numbers)
    await driver.press("left")
    assert tree.entry == basics
    rows = tree.row_count()
    await driver.press("left")
    assert (tree.entry, tree.row_count()) == (basics, rows - 1)
    await driver.press("right")
    assert (tree.entry, tree.row_count()) == (basics, rows)
    await driver.press("left")
    tree.go_to(numbers)  # what hides it is unfolded
    assert (tree.entry, tree.row_count()) == (numbers, rows)
    await driver.press("left", "left")
    other = build_library((Topic("Added"), *TOPICS), EPISODES)
    tree.adopt(other, ProgressIndex(other, {}))
    await driver.settle()
    assert other.topics.names[tree.entry] == "Basics"
    assert "Numbers" not in [name for name, _ in driver.tree_rows()]
    tree.go_to(other.topics.names.index("Hostile"))  # has no parts
    for _ in range(3):
        await driver.press("left")
        assert tree.entry == 0


def tree_row(driver: AppDriver, name: str) -> str:
    """Return the row of a topic or smart list as it is drawn."""
    return next(row for row in driver.rows_of(driver.tree) if f" {name} " in row)


async def test_progress_is_drawn_until_all_is_played(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=2)) as driver:
        full, rest = meter(0.5, METER_WIDTH)
        assert full + rest not in tree_row(driver, "Numbers")
        await driver.press("m")
        assert f"{full}{rest}   2" in tree_row(driver, "Numbers")
        await driver.press("j", "m")
        assert f"{MARKS['played']} 2" in tree_row(driver, "Numbers")


@pytest.mark.parametrize(("columns", "rows_with_meter"), [(120, 3), (100, 0)])
async def test_all_topics_that_are_begun_have_a_meter_or_none_in_a_narrow_tree(
    columns: int, rows_with_meter: int
) -> None:
    names = ("Short", "A name that is as wide as the widest tree")
    library = build_library(
        [Topic(name) for name in names],
        [Episode(f"{name} {number}", "T", tags=(name,)) for name in names for number in "12"],
    )
    progress = {f"{name} 1": Progress(START, played=True, plays=1) for name in names}
    async with run_app(library, size=(columns, 40), query=ListQuery(), progress=progress) as driver:
        assert sum("".join(meter(0.5, METER_WIDTH)) in row for row in driver.rows_of(driver.tree)) == rows_with_meter


async def test_smallest_topic_of_what_plays_is_marked_or_the_folded_one_that_hides_it(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=1)) as driver:
        await driver.press("enter")
        assert MARKS["playing"] in tree_row(driver, "Numbers")
        assert MARKS["playing"] not in tree_row(driver, "Basics")
        driver.tree.go_to(1)
        driver.tree.action_left()
        await driver.settle()
        assert MARKS["playing"] in tree_row(driver, "Basics")
        await driver.press("space")
        assert MARKS["paused"] in tree_row(driver, "Basics")


async def test_podcast_that_failed_is_marked_until_it_does_not() -> None:
    async with run_app(make_podcast({})) as driver:
        assert [name for name, _ in driver.tree_rows()][:3] == ["Continue", "New", "Queue"]
        assert MARKS["fault"] not in tree_row(driver, "Cast")
        driver.app.frontend.troubles_changed({CAST: Trouble(CAST, "Cast", "It is broken.", "Never fetched.", CAST)})
        await driver.settle()
        assert MARKS["fault"] in tree_row(driver, "Cast")
        driver.services.feeds.refresher.moved = frozenset((CAST,))
        driver.app.frontend.troubles_changed({})
        await driver.settle()
        assert MARKS["fault"] not in tree_row(driver, "Cast")
        assert MARKS["moved"] in tree_row(driver, "Cast")


async def test_course_is_listed_before_many_podcasts() -> None:
    for count, first in ((20, "Pod 0"), (21, "Course")):
        feeds = [topic_key("", f"Pod {number}", feed=f"https://{number}.example/f") for number in range(count)]
        one = Episode("one", "One", tags=("Course",))
        library = build_library([*map(Topic, feeds), Topic("Course", episodes=("one",))], [one], [("Course",)])
        async with run_app(library) as driver:
            below = driver.rows_of(driver.tree)
            assert first in below[next(row for row, text in enumerate(below) if "All Topics" in text) + 1]


@pytest.mark.parametrize(("count", "is_folded"), [(MANY_TOPICS - 2, False), (MANY_TOPICS - 1, True)])
async def test_very_many_topics_start_folded(count: int, is_folded: bool) -> None:
    topics = [Topic("Top"), *(Topic(f"T{number}", "Top") for number in range(count))]
    library = build_library(topics, [Episode("one", "One", tags=("T0",))])
    async with run_app(library) as driver:
        assert ("T0" not in [name for name, _ in driver.tree_rows()]) is is_folded


@pytest.mark.parametrize(
    ("names", "width"),
    [
        (("x" * 29,), 45),  # border, rail, margin and fold, the name, a space, a meter of four and a count of three
        (("音" * 14,), 44),
        (("short", "x" * 28), 45),  # of the second level
        (("x" * 60,), 48),
        (("x",), 26),
    ],
)
def test_tree_is_as_wide_as_its_longest_row_within_bounds(names: tuple[str, ...], width: int) -> None:
    topics = [Topic(name, parent) for name, parent in zip(names, (None, *names), strict=False)]
    library = build_library(topics, [Episode("one", "One", tags=(names[-1],))])
    tree = TopicTree(library, ProgressIndex(library, {}))
    assert tree.get_content_width(Size(300, 40), Size(300, 40)) + BORDER == width


def test_podcast_leaves_room_for_the_number_of_its_new_episodes() -> None:
    library = make_podcast({})
    longer = library.topics.names.index("Cast")
    tree = TopicTree(library, ProgressIndex(library, {}))
    assert library.topics.feed(longer) is not None
    assert tree.get_content_width(Size(300, 40), Size(300, 40)) + BORDER == 26


async def test_tree_takes_five_of_nine_columns_beyond_eighty_until_its_names_fit() -> None:
    long, short = [LEAST_WIDTH, LEAST_WIDTH, LEAST_WIDTH + 3, MOST_WIDTH], [LEAST_WIDTH] * 4
    for name, widths in (("A name of a topic " * 9, long), ("A", short)):
        library = build_library([Topic(name)], [Episode("one", "One", tags=(name,))])
        async with run_app(library) as driver:
            found = [
                driver.tree.get_content_width(Size(columns - BORDER, 40), Size(columns, 40)) + BORDER
                for columns in (40, 80, 87, 300)
            ]
            assert found == widths


def many(count: int, folders: int = 0) -> Library:
    """Return a course and so many podcasts, the first `folders` of them in a topic."""
    keys = [
        topic_key(
            "Science" if number < folders else "", f"{'CAB'[number % 3]}ast-{number}", f"https://{number}.example/f"
        )
        for number in range(count)
    ]
    episodes = [Episode("one", "One", tags=("Course",)), *(Episode(f"e{n}", f"E {n}") for n in range(count))]
    topics = [Topic("Science"), *(Topic(key, "Science" if n < folders else None) for n, key in enumerate(keys))]
    return build_library(
        [*topics, Topic("Course", episodes=("one",))], episodes, [("Course",), *((key,) for key in keys)]
    )


def names(driver: AppDriver) -> list[str]:
    return [name for name, _ in driver.tree_rows()]


@pytest.mark.parametrize(
    ("grouping", "count", "rows"),
    [
        ("topics", 20, ["Course"]),
        ("topics", 30, ["Course", "Science", "A–B", "C"]),
        ("letters", 36, ["Course", "A", "B", "C"]),
        ("all", 30, ["Course"]),
    ],
)
async def test_many_podcasts_are_grouped_as_the_setting_says(grouping: str, count: int, rows: list[str]) -> None:
    settings = Settings(ui=InterfaceSettings(podcasts=grouping))
    async with run_app(many(count, folders=count // 3), settings=settings) as driver:
        below = names(driver)[4:]
        assert set(rows) <= set(below)
        assert (below == rows) is (len(rows) > 1)


async def test_group_is_opened_and_closed_and_its_podcasts_are_in_order() -> None:
    async with run_app(many(1000), size=(80, 24)) as driver:
        tree = driver.tree
        assert names(driver)[:5] == ["Continue", "New", "Queue", "All Topics", "Course"]
        await driver.press("tab", "end", "enter", "j")
        assert driver.library.topics.names[tree.entry] == "Cast-0"
        assert driver.shown == ["e0"]
        await driver.press("x", "left", "x", "left")
        assert driver.services.asked_feeds.wishes == [("remove_feed", "https://0.example/f")]
        assert names(driver)[5:] == ["Science", "A", "B", "C"]
        tree.go_to(driver.library.topics.names.index("Bast-2"))
        await driver.settle()
        assert "Bast-2" in names(driver)
        await driver.press("home", "end")
        for count, group in ((999, " C "), (30, " C "), (15, None)):
            other = many(count)
            tree.adopt(other, ProgressIndex(other, {}))
            await driver.settle()
            row = driver.rows_of(tree)[tree.line]
            assert group in row if group else "ast-" in row


async def test_tree_is_narrowed_to_names_with_all_words_until_escape() -> None:
    async with run_app(many(1000, folders=300), size=(80, 24)) as driver:
        before = names(driver)
        await driver.press_at_once("F", *"ast 299", "enter")
        await driver.until(lambda: driver.focus == "tree", "the tree has the focus")
        assert names(driver) == ["All Topics", "Science", "Bast-299"]
        assert driver.shown == ["e299"]
        assert "/ ast 299" in driver.text
        await driver.press("enter")
        assert driver.focus == "list"
        await driver.press("2")
        assert driver.main.model.is_queue, "what is not among the names is still opened"
        assert "Queue" in names(driver)
        await driver.press("F", *"999", "escape")
        assert driver.focus == "tree"
        assert names(driver)[:6] == before[:6]
        await driver.press("F", *"99", "enter")
        assert "/ 99" in driver.text
        found = [name for name in names(driver) if "99" in name]
        assert found[:2] == ["Aast-991", "Aast-994"], "a word that begins so comes before 199"
        await driver.press("slash", *"e 5")
        assert "/ 99" not in driver.text, "a search of the list ends it"


async def test_what_the_listener_folds_and_unfolds_is_so_at_the_next_start() -> None:
    library, science = many(60, folders=20), many(61, folders=20).topics.names.index("Science")
    async with run_app(library, size=(160, 60)) as driver:
        await driver.press("tab", "end", "enter")
        useless = {"Played", "Queue", "Download", "Remove", "Settings", "Details", "Search", "Filter", "Sort"}
        assert driver.key_words[0] == "Fold"
        assert useless.isdisjoint(driver.key_words)
        for key in "mi":
            await driver.press(key)
            assert driver.notices == ["C is a group. → shows its podcasts."]
            driver.app.clear_notifications()
        await driver.press("k", "right")
        assert "Bast-20" in names(driver)
        await driver.press("left")
        driver.tree.go_to(science)
        await driver.press("right")
        assert driver.key_words[0] == "Open"
        assert useless & {*driver.key_words}
        left, folds = names(driver), driver.writer.setting("folds")
        assert isinstance(folds, list)
    async with run_app(many(61, folders=20), size=(160, 60), folds=tuple(folds)) as driver:
        assert names(driver) == [*left, "Cast-60"], "the new podcast has changed no group's first letter"


async def test_tree_whose_cursor_moves_while_a_view_hides_it_is_drawn_whole() -> None:
    async with run_scene(SCENES["library"], (80, 24)) as driver:
        rows = [row[:20] for row in driver.text.splitlines()[2:18]]
        await press(driver, "4")
        await driver.press("2")
        await driver.until(lambda: "Queue · 0 episodes" in driver.text, "the queue is shown")
        assert [row[:20].replace("▎", " ") for row in driver.text.splitlines()[2:18]] == [
            row.replace("▎", " ") for row in rows
        ]
