"""What passes the gate to the terminal: printable cells, safe links, and pictures of our own."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.strip import Strip

from tui_pod.core.text.escapes import PLACEHOLDER
from tui_pod.ui.output_gate import guard_output, printable

SAFE, UNSAFE = Style(link="https://example.org"), Style(link="https://example.org\x1b]0;owned", bold=True)


def rendered(*segments: Segment, times: int = 1) -> str:
    """Return what a strip writes to the terminal."""
    console = Console(file=io.StringIO(), color_system="truecolor", force_terminal=True)
    strip = Strip(segments)
    return [strip.render(console) for _ in range(times)][-1]


@pytest.fixture(autouse=True)
def _guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Strip, "render", Strip.render)  # put back afterwards
    guard_output()


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("style", [None, Style(), SAFE], ids=["no style", "plain", "link"])
def test_strip_writes_no_escape_sequence_of_its_text(style: Style | None, times: int) -> None:
    written = rendered(Segment("one ", style), Segment("\x07two", style), times=times)
    assert "\x07" not in written
    assert "one " in written
    assert "two" in written


def test_strip_writes_no_link_that_the_terminal_would_obey() -> None:
    written = rendered(Segment("fine"), Segment("text", UNSAFE))
    assert "owned" not in written
    assert "text" in written
    assert "https://example.org" in rendered(Segment("text", SAFE))


def test_link_is_removed_from_a_style_and_the_rest_of_it_stays() -> None:
    ((text, style, _),) = printable([Segment("text", UNSAFE)])
    assert (text, style) == ("text", Style(bold=True))
    ((_, kept, _),) = printable([Segment("text", SAFE)])
    assert kept == SAFE


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x9b", "\u202e", "\u2028", "\ud800"])
def test_unsafe_sign_is_replaced_by_blanks_of_its_width(sign: str) -> None:
    ((text, _, _),) = printable([Segment(f"a{sign}b")])
    assert text == f"a{' ' * cell_len(sign)}b"


@pytest.mark.parametrize(
    ("text", "keeps_lines", "is_kept"), [("\n", True, True), ("\n", False, False), ("a\n", True, False)]
)
def test_line_break_is_kept_alone_and_only_if_asked_for(text: str, keeps_lines: bool, is_kept: bool) -> None:
    ((shown, _, _),) = printable([Segment(text)], keeps_lines)
    assert ("\n" in shown) is is_kept


def test_line_breaks_are_not_kept_unless_asked_for() -> None:
    ((shown, _, _),) = printable([Segment("\n")])
    assert "\n" not in shown


def test_control_codes_of_the_app_pass_with_their_segment() -> None:
    control = [(ControlType.CLEAR,)]
    assert list(printable([Segment("text", SAFE, control)])) == [Segment("text", SAFE, control)]


def test_placeholder_of_a_picture_that_is_not_ours_is_cleaned_and_the_rest_follows() -> None:
    first, second = printable([Segment(f"{PLACEHOLDER}\x1b", UNSAFE), Segment("two")])
    assert PLACEHOLDER not in first.text
    assert "\x1b" not in first.text
    assert first.style is not None
    assert first.style.link is None
    assert second.text == "two"
