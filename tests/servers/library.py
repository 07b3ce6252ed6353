"""What the servers of the tests have: books, a series, a podcast."""

import io
import math
import struct
import wave
from typing import NamedTuple

RATE = 8_000
"""Samples a second."""


class Book(NamedTuple):
    """A book of one file or more."""

    title: str
    seconds: tuple[float, ...] = (20.0,)
    """Lengths of its files."""
    author: str = "Ann Author"
    series: str = ""
    number: int = 0
    description: str = ""


class Podcast(NamedTuple):
    """A podcast, and the titles of its episodes."""

    title: str
    episodes: tuple[str, ...]
    seconds: float = 20.0


BOOKS = (
    Book("Alone"),
    Book("Many Files", (20.0, 30.0, 10.0)),
    Book("Second", series="Saga", number=10),
    Book("First", series="Saga", number=9),
)
PODCAST = Podcast("Talk", ("One", "Two"))


def sound(seconds: float) -> bytes:
    """Return a recording of a tone as a WAV file."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((1, 1, RATE, 0, "NONE", ""))
        second = b"".join(struct.pack("B", int(128 + 60 * math.sin(n * 440 * math.tau / RATE))) for n in range(RATE))
        file.writeframes(second * int(seconds))
    return made.getvalue()
