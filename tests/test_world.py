"""The world of a run: drawn by the commit, repeated by what is given, and what a command finds in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.world import ACCOUNTS, COLORS, KEYBOARDS, LOCALES, TERMINALS, UMASKS, ZONES, World, as_other, draw

SCRIPT = Path(__file__).with_name("world.py")

CODE = "import os, time; print(time.strftime('%z'), oct(os.umask(0)), os.environ['LC_ALL'], os.geteuid())"


def test_draw_is_the_same_for_a_commit_and_reaches_every_value() -> None:
    worlds = [draw(str(number), {}) for number in range(200)]
    assert worlds == [draw(str(number), {}) for number in range(200)]
    drawn = [set(values) for values in zip(*worlds, strict=True)]
    assert drawn == [*map(set, (ZONES, LOCALES, UMASKS, ACCOUNTS, TERMINALS, COLORS, KEYBOARDS))]


def test_given_values_replace_those_drawn() -> None:
    given = {"UMASK": "077", "TZ": "Asia/Tokyo"}
    assert draw("1", given) == draw("1", {})._replace(tz="Asia/Tokyo", umask="077")
    with pytest.raises(SystemExit, match="no ZONE"):
        draw("1", {"ZONE": "UTC"})


def test_command_runs_in_the_world_that_is_printed() -> None:
    world = World("Asia/Kathmandu", "C.UTF-8", "027", "other", "foot", "none", "ru")
    done = subprocess.run(
        [sys.executable, SCRIPT, *str(world).split(), sys.executable, "-c", CODE],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    said, found = done.stdout.splitlines()
    is_other = os.geteuid() == 0 and as_other([]) is not None
    assert said.startswith("world: TZ=Asia/Kathmandu LOCALE=C.UTF-8 UMASK=027 ACCOUNT=")
    assert found == f"+0545 0o27 C.UTF-8 {1 if is_other else os.geteuid()}"


def test_locale_that_cannot_be_had_is_named() -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, "LOCALE=xx_XX.UTF-8", "true"], capture_output=True, text=True, check=True
    )
    assert "LOCALE=C.UTF-8" in done.stdout
    assert "(no locale xx_XX.UTF-8 here)" in done.stdout
