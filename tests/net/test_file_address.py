from pathlib import Path

import pytest

from tui_pod.net.file_address import is_path, path_of, to_address, to_path, typed_path


@pytest.mark.parametrize("path", ["/a b/ü#?%20", "/latin-\udce9"])
def test_address_of_a_path_leads_back_to_it(path: str) -> None:
    assert to_address(path).isascii()
    assert to_path(to_address(path)) == path


def test_typed_path_is_told_from_words_and_addresses(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    (home / "My Books").mkdir()
    for typed in ("~/My Books", "./My Books", f"'{home}/My Books'", "~/My\\ Books", f"file://{home}/My%20Books"):
        assert typed_path(typed) == str(home / "My Books")
    for typed in ("My Books", "example.org/feed", "https://example.org/", "", "'", "/a\0b", "file:///a%00b"):
        assert typed_path(typed) is None
    assert typed_path("My Books", is_shell=True) == str(home / "My Books")
    (home / r"My\ Books").mkdir()
    assert typed_path(r"~/My\ Books") == str(home / r"My\ Books")  # as it is, if there is such a folder
    assert typed_path("none", is_shell=True) is None
    assert typed_path(" file://localhost/a ") == "/a"


def test_path_is_told_by_its_start() -> None:
    assert [is_path(text) for text in ("/a", "~a", "./a", "../a", ".", "..", "a/b", ".a", "")] == [True] * 6 + [
        False
    ] * 3
    assert [path_of(address) for address in ("file:///a", "file://a", "https://a.org/")] == ["/a", None, None]
