"""Transcripts and chapters are cached, and a copy serves while their server does not."""

import os
import time
from pathlib import Path

import pytest

from tests.sources import server
from tests.sources.server import Site
from tui_pod.net.fetch import FetchError
from tui_pod.recordings import documents
from tui_pod.recordings.documents import FRESH, copy_name, read_document


def grow_old(folder: Path, address: str, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(folder / copy_name(address), (then, then))


def test_copy_is_asked_for_again_once_it_is_old(site: Site, tmp_path: Path) -> None:
    site.replies["/x"] = server.tagged("one")
    address = site.url("/x")
    assert read_document(tmp_path, address, site.policy) == "one"
    site.replies["/x"] = server.tagged("two", '"two"')
    grow_old(tmp_path, address, FRESH - 60)
    assert (read_document(tmp_path, address, site.policy), len(site.asked)) == ("one", 1)
    grow_old(tmp_path, address, FRESH + 60)
    assert (read_document(tmp_path, address, site.policy), len(site.asked)) == ("two", 2)


def test_copy_from_the_future_is_asked_for_again(site: Site, tmp_path: Path) -> None:
    site.replies["/x"] = server.body("x")
    for _ in range(2):
        read_document(tmp_path, site.url("/x"), site.policy)
        grow_old(tmp_path, site.url("/x"), -60)
    assert len(site.asked) == 2


def test_old_copy_serves_while_the_server_does_not(site: Site, tmp_path: Path) -> None:
    site.replies["/x"] = server.body("one")
    read_document(tmp_path, site.url("/x"), site.policy)
    grow_old(tmp_path, site.url("/x"), FRESH + 60)
    site.replies.clear()
    assert read_document(tmp_path, site.url("/x"), site.policy) == "one"
    with pytest.raises(FetchError):
        read_document(tmp_path, site.url("/y"), site.policy)


def test_copy_that_cannot_be_written_costs_nothing(site: Site, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file in the way")
    site.replies["/x"] = server.body("caf\xe9".encode("latin-1"), "text/plain")
    assert read_document(tmp_path / "blocked", site.url("/x"), site.policy) == "caf\xe9"


@pytest.mark.parametrize("kind", ["text/plain; charset=latin-1", "text/plain; charset=nonsense"])
def test_document_is_read_in_its_encoding(site: Site, tmp_path: Path, kind: str) -> None:
    site.replies["/x"] = server.body("caf\xe9".encode("latin-1"), kind)
    assert read_document(tmp_path, site.url("/x"), site.policy) == "caf\xe9"


def test_copies_are_few(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST", 3)
    for number in range(6):
        site.replies[f"/{number}"] = server.body(str(number))
        read_document(tmp_path / "remote", site.url(f"/{number}"), site.policy)
    assert len(list((tmp_path / "remote").iterdir())) == 3


def test_oldest_copies_are_deleted_and_the_new_one_stays(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST", 2)
    folder = tmp_path / "remote"
    for number in range(3):
        site.replies[f"/{number}"] = server.body(str(number))
        read_document(folder, site.url(f"/{number}"), site.policy)
        grow_old(folder, site.url(f"/{number}"), 100.0 - number)
    assert {path.name for path in folder.iterdir()} == {copy_name(site.url(f"/{number}")) for number in (1, 2)}
    assert len(copy_name("https://a.org/")) == 36


def test_document_of_8_megabytes_is_read_and_no_larger_one(site: Site, tmp_path: Path) -> None:
    for more in (0, 1):
        site.replies[f"/{more}"] = server.body(b"x" * (8 * 1024**2 + more))
    assert len(read_document(tmp_path, site.url("/0"), site.policy)) == 8 * 1024**2
    with pytest.raises(FetchError, match="larger than 8 MB"):
        read_document(tmp_path, site.url("/1"), site.policy)
