from __future__ import annotations

import random
import tomllib

import pytest

from tests.test_any_bytes import CATALOG, changed
from tui_pod.config.paths import embedded_catalog
from tui_pod.core.text import plain_toml
from tui_pod.core.text.plain_toml import load_plain

PLAIN = b"""\
# a comment
version = 1
title = 'T'

[[topics]]
name = 'A'
episodes = [
    'one',
    "it's",
]

[[episodes]]
id = 'one'
summary = "it's"
duration = 94.5
published = 2026-02-21
tags = ['A', 'B']
sources = ["it's", "b"]
"""

TEXTS = (
    "",
    "a = ''\nb = ['']\nc = []",
    "a = '''one\n[[b]]\n'''\n[[b]]\nc = 1",
    "a = [\n] # ends here\n[b]\nc = 1",
    "a = [\n'b'\n'c'\n]",
    "a = [\n'b\nc'\n]",
    "a = [\n'b', # ', 'c'\n'd',\n]",
    "a = ['b', 'c' 'd']",
    "a = [']",
    "a = '",
    "a = 1\na = 2",
    "a.b = 1\na.c = 2",
    "a = []\n[[a]]\nb = 1",
    "a.b = 1\n[[a]]\nb = 1",
    " [[a]]\nb = 1",
    "[a]\nb = 1",
    "[[a]] # one\nb = 1",
    "[[a.b]]\nc = 1",
    "[[]]",
    "a = 'b\tc'\nd = 'e\x00f'",
    "a = 'b\N{NO-BREAK SPACE}c'",
    "a = 'b\rc'",
    "# b\x00\na = 1",
    "a = 0\nb = 0.5\nc = 1.\n",
    "a = 01",
    "a = 1_000\nb = 0x1f\nc = true\nd = nan",
    "a = 2026-02-30",
    "a = 2026-W07-1",
    "é = 1",
    "a-b = 1\n'c' = 2",
    "a = 'b' # c",
    'a = "b\\\\"\nc = "\\u00e9"',
)


def read(text: str) -> str | None:
    """Return what `tomllib` reads, which tells 1 from 1.0 and equals for "not a number" too; None: it is no TOML."""
    try:
        return repr(tomllib.loads(text))
    except ValueError:
        return None


@pytest.mark.parametrize("text", [PLAIN.decode(), PLAIN.decode().replace("\n", "\r\n"), *TEXTS])
def test_load_plain_is_what_tomllib_reads_or_nothing(text: str) -> None:
    found = load_plain(text)
    assert found is None or repr(found) == read(text)


@pytest.mark.parametrize("seed", range(4))
def test_load_plain_of_any_bytes_is_what_tomllib_reads_or_nothing(seed: int) -> None:
    chance = random.Random(seed)
    for content in (PLAIN, CATALOG):
        for _ in range(400):
            text = changed(content, chance).decode("utf-8", "replace")
            found = load_plain(text)
            assert found is None or repr(found) == read(text), text


@pytest.mark.parametrize("text", [PLAIN.decode(), CATALOG.decode(), "a = '''b\nc'''", "a = 1 # b\nc = 0x1f"])
def test_load_plain_reads_the_usual_forms(text: str) -> None:
    assert repr(load_plain(text)) == read(text)


def test_embedded_catalogue_is_read_without_tomllib(monkeypatch: pytest.MonkeyPatch) -> None:
    text = embedded_catalog().read_text("utf-8")
    wanted = read(text)
    monkeypatch.delattr(plain_toml, "_any")
    assert repr(load_plain(text)) == wanted
