"""A jingle that four episodes share is heard, found, shown, skipped where that was asked for, and played again."""

import io
import json
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.journeys.listener import Listener
from tests.sources.server import Ranged, Site, body, feed, item

RATE = 8_000

JINGLE = 10.0
"""Seconds of what recurs."""

STARTS = {1: 2.0, 2: 4.0, 3: 3.0, 4: 5.0}
"""Where it begins in each episode, in seconds."""


def talk(seconds: float, seed: int) -> Any:
    """Return samples whose spectrum changes all the time."""
    chance = np.random.default_rng(seed)
    pieces = [
        np.convolve(chance.normal(size=RATE // 4), chance.normal(size=20), "same") for _ in range(int(seconds * 4))
    ]
    return np.clip(np.concatenate(pieces) * 1500, -32_768, 32_767).astype("<i2")


def sounding(*parts: Any) -> bytes:
    """Return a recording of these samples."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(np.concatenate(parts).tobytes())
    return file.getvalue()


def recording(number: int) -> bytes:
    """Return an episode of two minutes: talk of its own, with the jingle in it."""
    rest = talk(120 - STARTS[number] - JINGLE, number + 10)
    return sounding(talk(STARTS[number], number), talk(JINGLE, 99), rest)


@pytest.fixture
def listener(site: Site, tmp_path: Path) -> Listener:
    """A listener who follows a podcast of four episodes, at three times the speed."""
    for number in STARTS:
        site.replies[f"/{number}.wav"] = Ranged(recording(number))
    extra = "<itunes:duration>120</itunes:duration>"
    site.replies["/feed"] = body(feed("".join(item(n, site.url(f"/{n}.wav"), extra) for n in STARTS)))
    listener = Listener(tmp_path / "ben", changes=("--look=0.5",))
    listener.configure('[playback]\nspeed = 3.0\n[passages]\nfind = "always"\n', site)
    listener.run("feeds", "set", "course", "hidden=yes")
    listener.run("feeds", "add", site.url("/feed"))
    return listener


def test_jingle_is_heard_found_shown_skipped_and_played_again(listener: Listener) -> None:
    ids = {one["title"]: one["id"] for one in json.loads(listener.run("list", "--topic", "Test Cast", "--json"))}
    latest = ids["Episode 4"]

    def passages() -> list[dict[str, Any]]:
        return json.loads(listener.run("passages", latest, "--json"))  # type: ignore[no-any-return]

    with listener.sits_down() as app:
        app.see("Test Cast")
        app.until(listener.is_heard, "a command reaches it")
        app.press("gdjdjdjd")
        app.until(lambda: sum("↓" in line for line in app.lines) == 4, "four downloads")
        for number in (1, 2, 3):
            app.press("G" + "k" * (number - 1) + "\r")
            app.hear(f"Episode {number}", 15)
        app.press("g\r ")  # the newest, paused at its start
        app.see("‖ Episode 4", "▒")  # it was found while the others played
        app.do("i", "Recurs", "3 times")
        app.escape("Recurs")
        (found,) = passages()
        assert (found["start"], found["end"]) == pytest.approx((STARTS[4], STARTS[4] + JINGLE), abs=0.8)
        assert (found["heard"], found["skipped"]) == (3, False)
        app.press(" ")
        app.play_to(6)
        assert "heard 3 times" in listener.run("do", "passage.skip")
        app.play_to(15)
        app.do("u ", "‖ Episode 4")
        app.until(lambda: (bar := app.bar()) and 5 <= bar.position < 15, "the place before")
        app.quit()
    listener.run("feeds", "set", "Test Cast", "skip_recurring=3")
    assert [one["skipped"] for one in passages()] == [True]
    with listener.sits_down() as app:
        app.see("‖ Episode 4", "▒")
        app.do("^", "Skipped", "heard 3 times")
        app.play_to(14)
        app.press("\x1b[1;2D")  # five seconds back, into the jingle
        app.until(lambda: (bar := app.bar()) and bar.position < 14, "a place in the jingle")
        app.play_to(15)
        (place,) = listener.state.tables["returned"].values()
        assert STARTS[4] < float(str(place)) < STARTS[4] + JINGLE
        (found,) = passages()
        assert not found["skipped"]
        app.quit()
    assert listener.progress(latest).status == "played" or listener.progress(latest).position > 14
