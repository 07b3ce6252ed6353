"""Greetings between a client and an app."""

import pytest

from tui_pod.terminal.protocol import GREETING_LIMIT, IF_LEFT, TAKE, VARIABLES, greet, read_greeting


@pytest.mark.parametrize("way", [TAKE, IF_LEFT])
def test_greeting_is_read_as_it_was_sent(way: bytes) -> None:
    variables = {"TERM": "xterm", "LANG": "de_DE.UTF-8", "NO_COLOR": ""}
    assert read_greeting(greet(way, variables)) == (way, variables)


def test_greeting_has_only_the_variables_of_a_terminal() -> None:
    assert greet(TAKE, {"TERM": "xterm", "HOME": "/root", "AWS_SECRET_KEY": "x"}) == b"take\0TERM=xterm"


def test_greeting_with_other_variables_gives_none_of_them() -> None:
    assert read_greeting(b"take\0LD_PRELOAD=/tmp/x\0TERM=a=b\0\xff") == (TAKE, {"TERM": "a=b"})


def test_longest_greeting_is_below_the_limit() -> None:
    greeting = greet(IF_LEFT, dict.fromkeys(VARIABLES, "x" * 10_000))
    assert len(greeting) < GREETING_LIMIT
    assert all(value == "x" * 200 for value in read_greeting(greeting)[1].values())
