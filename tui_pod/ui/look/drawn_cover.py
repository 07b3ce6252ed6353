"""A cover for episodes without one: the catalogue as the seeds of a sunflower, each in the colour of its topic."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin, sqrt

from tui_pod.core.library.library import Library

SIDE = 80
"""Pixels of each side."""

TURN = pi * (3 - sqrt(5))
"""The golden angle: the rotation from one seed to the next."""

GROUND = (16, 20, 38)
GLOW = (255, 244, 214)
COLOURS = (
    (240, 180, 90), (226, 112, 92), (196, 96, 160), (126, 116, 220), (84, 152, 226), (84, 190, 176), (150, 196, 96),
)  # fmt: skip
"""Colours of the topics, in turn."""

MOST = 300
"""How many seeds can be distinguished."""


def draw_cover(groups: Sequence[int], current: int) -> bytes:
    """Return a square picture: red, green and blue of each pixel, in rows from the top.

    `groups` are the topic numbers of the episodes in order; the current one glows.
    """
    first = max(0, min(current - MOST // 2, len(groups) - MOST))
    seeds = groups[first : first + MOST]
    pixels = bytearray(bytes(GROUND) * (SIDE * SIDE))
    middle, reach = SIDE / 2, SIDE * 0.46
    radius = max(1.2, 0.8 * reach / sqrt(max(1, len(seeds))))
    for number, group in enumerate(seeds):
        away = reach * sqrt((number + 0.5) / len(seeds))
        x, y = middle + away * cos(number * TURN), middle + away * sin(number * TURN)
        is_current = first + number == current
        _dot(
            pixels, x, y, radius * 1.6 if is_current else radius, GLOW if is_current else COLOURS[group % len(COLOURS)]
        )
    return bytes(pixels)


def _dot(pixels: bytearray, x: float, y: float, radius: float, colour: tuple[int, int, int]) -> None:
    """Draw a disc with a soft edge."""
    for row in range(max(0, int(y - radius)), min(SIDE, int(y + radius) + 1)):
        for column in range(max(0, int(x - radius)), min(SIDE, int(x + radius) + 1)):
            share = min(1.0, max(0.0, radius + 0.5 - sqrt((column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2)))
            at = (row * SIDE + column) * 3
            for part, value in enumerate(colour):
                pixels[at + part] += round((value - pixels[at + part]) * share)


def find_seeds(library: Library, index: int) -> tuple[list[int], int]:
    """Return the topic number of each episode in the course of an episode, and the index of that episode."""
    topics = library.base_topics
    paths = [topic for topic, path in topics.paths.items() if topic and index in path]  # 0: all topics
    if paths:
        whole = max(paths, key=lambda topic: len(topics.paths[topic]))
        order = list(topics.paths[whole])
        acts = [topic for topic in topics.paths if topics.parents[topic] == whole]
        group = {episode: number for number, act in enumerate(acts) for episode in topics.paths[act]}
    else:
        first = max(0, min(index - MOST // 2, len(library) - MOST))
        order = list(range(first, min(len(library), first + MOST)))
        names: dict[str, int] = {}
        group = {i: names.setdefault((library.episode(i).tags or ("",))[0], len(names)) for i in order}
    return [group.get(episode, 0) for episode in order], order.index(index)
