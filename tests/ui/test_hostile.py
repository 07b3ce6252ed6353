"""Text from outside is shown letter for letter everywhere, moves nothing, and never commands the terminal."""

import contextlib
import re
from pathlib import Path

import pytest
import textual.drivers.headless_driver
import tomli_w
from textual.content import Content
from textual.drivers.headless_driver import HeadlessDriver

from tests.app_driver import WORDS, AppDriver, run_app
from tests.hostile import HOSTILE_TITLES
from tests.present import present
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.transcript import Cue, Transcript, parse_transcript
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.core.selection.queue import Queue
from tui_pod.core.text.clean import is_safe
from tui_pod.library.catalog_files import read_catalogs
from tui_pod.ui.screens.main import MainScreen
from tui_pod.ui.screens.session import SummaryScreen

WRITABLE = {name: title for name, title in HOSTILE_TITLES.items() if name != "surrogate"}
"""Those that a catalogue can hold: TOML has no lone surrogates."""

SEQUENCES = re.compile(
    r"\x1b\[[0-9;]*m"  # colours
    r"|\x1b\[\d+;\d+H|\x1b\[[0-9]*[ABCDGJK]"  # places
    r"|\x1b\[\?\d+(;\d+)*[hlup]|\x1b\[>?\d*u|\x1b\[\?\d+\$p"  # modes
    r"|\x1b\]22;[a-z-]*\x07"  # the shape of the mouse pointer
)
"""What Textual itself writes; everything else that is not text came from outside."""


class RecordingDriver(HeadlessDriver):
    """A driver that keeps what a terminal would be sent."""

    sent: list[str]

    @property
    def is_headless(self) -> bool:
        """Say that there is a terminal, so that everything is drawn."""
        return False

    def write(self, data: str) -> None:
        """Keep what is written."""
        type(self).sent.append(data)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was sent to the terminal."""
    RecordingDriver.sent = []
    monkeypatch.setattr(textual.drivers.headless_driver, "HeadlessDriver", RecordingDriver)
    return RecordingDriver.sent


@pytest.fixture
def hostile(tmp_path: Path) -> Library:
    """A library from a catalogue in which every text is hostile, read as the program reads it."""
    names = list(WRITABLE)
    topics = [{"name": f"T {title}"[:300]} for title in WRITABLE.values() if title.strip()]
    episodes = [
        {
            "id": name, "title": title, "summary": f"About {title} {WRITABLE[names[number - 1]]}", "duration": 60,
            "tags": [f"T {title}"[:300]],
        }
        for number, (name, title) in enumerate(WRITABLE.items())
    ]  # fmt: skip
    file = tmp_path / "hostile.toml"
    file.write_bytes(tomli_w.dumps({"version": 1, "topics": topics, "episodes": episodes}).encode())
    (catalog,) = read_catalogs([file])
    return build_library(catalog.topics, catalog.episodes)


def check_sent(sent: list[str]) -> None:
    """Fail when something else than text and Textual's own sequences was sent."""
    text = SEQUENCES.sub("", "".join(sent))
    strange = sorted({hex(ord(character)) for character in text if character not in "\n " and not is_safe(character)})
    assert not strange, strange
    assert "\x1b" not in text


def squeezed(text: str) -> str:
    """Return a text without blanks and what frames are drawn with."""
    return re.sub(r"[\s│╭╮╰╯─▌▎▊]", "", text)


async def visit(driver: AppDriver) -> None:
    """Look at the episode at the cursor, and at nothing else, in every way there is."""
    await driver.press("i", "escape", "enter")
    await driver.play(2)
    await driver.press("t", "j", "escape", "t", "e")


@pytest.mark.parametrize("size", [(120, 40), (40, 12)])
async def test_nothing_from_outside_reaches_the_terminal_but_letters(
    size: tuple[int, int], hostile: Library, sent: list[str]
) -> None:
    async with run_app(hostile, size=size) as driver:
        for place in range(len(hostile)):
            driver.episodes.go(place)
            await driver.settle()
            await visit(driver)
            driver.app.frontend.tell(hostile.titles[place])
            await driver.settle()
        await driver.press("2", *["j"] * len(hostile), "m", "u", "1", "S", "escape", "slash", "escape")
        await driver.press("tab", "home", *["j"] * len(hostile))
        await driver.press("ctrl+p", *"topic", "escape", "3")
        await driver.until(lambda: driver.focus == "statistics", "the statistics are shown")
        await driver.press("end", "escape")
    assert len("".join(sent)) > 10_000
    check_sent(sent)


async def test_copied_sentence_reaches_the_clipboard_and_nothing_else(library: Library, sent: list[str]) -> None:
    words = parse_transcript(f"Say {HOSTILE_TITLES['clipboard']} now.")

    async with run_app(library) as driver:
        driver.services.transcripts["one"] = words
        await driver.press("t", "y")
    written = "".join(sent)
    (copied,) = re.findall(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", written)
    assert copied
    check_sent([written.replace(f"\x1b]52;c;{copied}\x07", "")])


@pytest.mark.parametrize("name", ["clipboard", "csi", "c1-csi", "bidi", "nul", "lines", "surrogate", "tags"])
async def test_text_that_nobody_cleaned_passes_the_gate_as_printable_cells(
    name: str, library: Library, sent: list[str]
) -> None:
    async with run_app(library) as driver:
        driver.header.left = HOSTILE_TITLES[name]  # a widget of Textual's kind
        driver.episodes.border_title = Content(HOSTILE_TITLES[name])  # one that draws its own lines
        await driver.settle()
    check_sent(sent)
    assert len("".join(sent)) > 1_000


async def test_crash_prints_messages_and_variables_as_printable_text(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise RuntimeError(HOSTILE_TITLES["clipboard"])

    with contextlib.suppress(RuntimeError):
        async with run_app(library) as driver:
            driver.app.call_later(fail)
            await driver.settle()
    printed = capsys.readouterr().err
    assert "Copied" in printed
    check_sent([printed])


def test_check_of_what_is_sent_sees_a_command() -> None:
    with pytest.raises(AssertionError):
        check_sent([HOSTILE_TITLES["clipboard"]])


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
async def test_hostile_titles_in_the_list_are_cut_but_never_changed(size: tuple[int, int], hostile: Library) -> None:
    async with run_app(hostile, size=size) as driver:
        for place, title in enumerate(hostile.titles):
            driver.episodes.go(place, is_centred=True)
            await driver.settle()
            first = squeezed(title)[: size[0] // 6]
            assert first in squeezed(driver.text), title


@pytest.mark.parametrize("name", WRITABLE)
async def test_hostile_episode_in_details_bar_and_queue_is_shown_letter_for_letter(
    name: str, hostile: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.ui.look.about.ROOM_FOR_ASIDE", 999)  # no facts beside the text
    place = present(hostile.index(name))
    title, summary = squeezed(hostile.titles[place])[:12], squeezed(hostile.episode(place).summary)[:60]
    async with run_app(hostile) as driver:
        driver.episodes.go(place)
        await driver.press("i")
        card = squeezed("".join(driver.rows_of(driver.app.screen.query_one("EpisodePane"))))
        assert title in card
        assert summary in card
        await driver.press("escape", "enter")
        assert title in squeezed("".join(driver.rows_of(driver.bar)))
        await driver.press("t")
        assert title in squeezed(driver.text.split("\n")[1])
        await driver.press("t")
        await driver.press("e", "2")
        assert title in squeezed("".join(driver.rows_of(driver.episodes)[:3]))


async def test_hostile_topics_in_tree_header_and_title_are_shown_letter_for_letter(hostile: Library) -> None:
    async with run_app(hostile) as driver:
        await driver.press("tab", "home", "j", "j")
        for topic in range(1, len(hostile.topics.names)):
            await driver.press("j")
            name = squeezed(hostile.topics.names[topic])[:12]
            assert name in squeezed(driver.text.split("\n")[0])
            assert name in squeezed(driver.title)
            assert name[:8] in squeezed("".join(driver.rows_of(driver.tree)))


async def test_hostile_titles_in_plan_summary_and_palette_are_shown_letter_for_letter(hostile: Library) -> None:
    async with run_app(hostile, query=ListQuery(entry=0)) as driver:
        await driver.press("S", "ctrl+u", *"10m", "ctrl+o")
        for title in hostile.titles[:8]:
            assert squeezed(title)[:20] in squeezed(driver.text)
        await driver.press("enter")
        for _ in present(driver.controller.session).episodes:
            await driver.play(60)
        assert driver.shows(SummaryScreen)
        assert "T[/]" in squeezed(driver.text)
        await driver.press("escape")
        await driver.press("ctrl+p", *"[bos]")
        await driver.until(lambda: "[BOS] and [EOS] frame a text" in driver.text, "the palette has found it")


async def test_click_on_a_link_in_a_title_does_nothing_but_move_the_cursor(hostile: Library) -> None:
    place = present(hostile.index("click"))
    async with run_app(hostile, queue=Queue(("[@click=app.quit]gone[/]",))) as driver:
        for x in range(1, 24, 5):
            await driver.click(driver.episodes, x, 1 + place * 3)
        await driver.press("i")
        card = driver.app.screen.query_one("EpisodePane")
        for x in range(2, 24, 5):
            for y in (2, 4):
                await driver.click(card, x, y)
        await driver.press("escape", "enter")
        for x in range(2, 24, 5):
            await driver.click(driver.bar, x, 0)
            await driver.click(driver.header, x, 0)
        driver.app.frontend.tell(hostile.titles[place])
        await driver.settle()
        assert driver.app.is_running
        assert driver.shows(MainScreen)
        assert driver.playback.episode == "click"


async def test_click_on_a_link_in_the_words_seeks_and_does_nothing_else(driver: AppDriver) -> None:
    driver.services.transcripts["one"] = Transcript((*WORDS.cues, Cue("[@click=app.quit]Quit[/]", 60.0, 70.0)))
    await driver.press("enter", "t")
    await driver.click(driver.transcript, 31, 1)
    assert driver.app.is_running
    assert driver.playback.position == 60.0
