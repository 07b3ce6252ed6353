"""Whatever is read of others, and whatever is repeated in it, takes linear time: it must not stall a refresh."""

import time

import pytest

from tests.text_readers import BY_NAME, ENDS, Reader, try_reading

SMALL, FACTOR = 5_000, 16
"""Characters of the smaller text, and how much longer the other one is."""

NOISE = 0.15
"""Seconds of CPU that do not count."""


def seconds(reader: Reader, text: str) -> float:
    """Return how long reading takes, in seconds of CPU."""
    start = time.process_time()
    try_reading(reader.name, text)
    return time.process_time() - start


@pytest.mark.nightly
@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.timeout(3600)
def test_repeated_token_takes_linear_time(name: str) -> None:
    reader, steep = BY_NAME[name], []
    for start in reader.starts:
        for token in reader.tokens:
            for end in ENDS:
                small, large = (start + token * (size // len(token)) + end for size in (SMALL, SMALL * FACTOR))
                if seconds(reader, large) > 2 * FACTOR * seconds(reader, small) + NOISE:
                    steep.append((start, token, end))
    assert steep == []
