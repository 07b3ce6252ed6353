"""Whatever is read of others, and whatever is repeated in it, takes linear time: it must not stall a refresh."""

import time

import pytest

from tests.text_readers import BY_NAME, ENDS, Reader, try_reading

SMALL, FACTOR = 5_000, 16
"""Characters of the smaller text, and how much longer the other one is."""

NOISE = 0.15
"""Seconds of CPU that do not count."""

SLOW = {"article", "page", "markdown", "text", "opml", "transcript"}
"""Readers that take long for all of it."""


def seconds(reader: Reader, text: str) -> float:
    """Return how long reading takes, in seconds of CPU."""
    start = time.process_time()
    try_reading(reader.name, text)
    return time.process_time() - start


def is_steep(reader: Reader, small: str, large: str) -> bool:
    """Return whether reading takes more than linear time, each of three times: a busy machine slows down one."""
    return all(seconds(reader, large) > 2 * FACTOR * seconds(reader, small) + NOISE for _ in range(3))


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.nightly] * (name in SLOW)) for name in BY_NAME])
@pytest.mark.timeout(3600)
def test_repeated_token_takes_linear_time(name: str) -> None:
    reader, steep = BY_NAME[name], []
    for start in reader.starts:
        for token in reader.tokens:
            for end in ENDS:
                small, large = (start + token * (size // len(token)) + end for size in (SMALL, SMALL * FACTOR))
                if is_steep(reader, small, large):
                    steep.append((start, token, end))
    assert steep == []
