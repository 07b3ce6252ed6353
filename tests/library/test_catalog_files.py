import os
from pathlib import Path

import pytest

from tests.state.test_store import run_without_rights
from tui_pod.core.library.catalog import CatalogError
from tui_pod.core.library.library import CatalogsError
from tui_pod.library import catalog_files
from tui_pod.library.catalog_files import read_catalog, read_catalogs

GOOD = 'version = 1\n[[episodes]]\nid = "one"\ntitle = "One"\n'


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def fault_of(path: Path) -> str:
    """Return the one fault that keeps a file from being read, `LINE: message`."""
    with pytest.raises(CatalogError) as caught:
        read_catalog(path)
    return str(caught.value)


@pytest.mark.parametrize("content", [GOOD, "\ufeff" + GOOD, GOOD.replace("\n", "\r\n")])
def test_read_catalog_with_byte_order_mark_or_windows_lines_is_read(tmp_path: Path, content: str) -> None:
    catalog, _ = read_catalog(write(tmp_path / "c.toml", content))
    assert [episode.title for episode in catalog.episodes] == ["One"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "1: version is missing", id="empty"),
        pytest.param(GOOD.encode("utf-16"), "1: not UTF-8", id="UTF-16"),
        pytest.param(GOOD.encode("utf-16-le"), "1: not valid TOML", id="UTF-16 without a mark"),
        pytest.param(GOOD.encode() + b'summary = "caf\xe9"', "5: not UTF-8", id="Latin-1"),
        pytest.param(GOOD.encode() + b"\xed\xa0\x80", "5: not UTF-8", id="a surrogate"),
        pytest.param(GOOD.encode() + b"\0", "5: not valid TOML", id="NUL"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", "1: not UTF-8", id="a picture"),
    ],
)
def test_read_catalog_of_other_bytes_names_the_line(tmp_path: Path, content: bytes, said: str) -> None:
    assert fault_of(write(tmp_path / "c.toml", content)).startswith(said)


def test_read_catalog_that_is_no_file_says_so_and_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    good = write(tmp_path / "c.toml", GOOD)
    for path, said in (
        (tmp_path / "none.toml", "1: no such file"),
        (good / "c.toml", "1: no such file"),
        (tmp_path, "1: a folder, not a file"),
        (tmp_path / "pipe", "1: not a regular file"),
        (Path("/dev/zero"), "1: not a regular file"),
        (tmp_path / "loop", "1: cannot be read: Too many levels of symbolic links"),
    ):
        assert fault_of(path) == said
    assert "name too long" in fault_of(tmp_path / ("x" * 5000))
    monkeypatch.setattr(catalog_files, "MAX_CATALOG", 10)
    assert "larger than" in fault_of(good)


def test_read_catalog_without_the_right_to(tmp_path: Path) -> None:
    path = write(tmp_path / "c.toml", GOOD)
    path.chmod(0)
    code = "import sys; from tui_pod.cli.main import main; sys.exit(main(['check', sys.argv[1]]))"
    run = run_without_rights(code, str(path))
    assert (run.returncode, run.stdout) == (1, f"{path}:1: cannot be read: Permission denied\n")


def test_read_catalog_paths_lie_beside_the_file(tmp_path: Path) -> None:
    more = 'audio = "a/b.mp3"\ntranscript = "../t.txt"\n[[episodes]]\nid = "x"\ntitle = "X"\naudio = "/abs.mp3"\n'
    more += '[[episodes]]\nid = "y"\ntitle = "Y"\naudio = "https://example.org/a.mp3"\n'
    first, second, third = read_catalog(write(tmp_path / "c.toml", GOOD + more))[0].episodes
    assert (first.audio, first.transcript) == (str(tmp_path / "a/b.mp3"), str(tmp_path / "../t.txt"))
    assert (second.audio, second.transcript, third.audio) == ("/abs.mp3", None, "https://example.org/a.mp3")


def test_read_catalogs_id_in_two_files_is_a_fault_in_the_second(tmp_path: Path) -> None:
    others = [write(tmp_path / f"{name}.toml", GOOD.replace("one", name)) for name in "yx"]
    assert [catalog.episodes[0].id for catalog in read_catalogs(others)] == ["y", "x"]
    paths = [write(tmp_path / f"{name}.toml", GOOD) for name in "abc"]
    with pytest.raises(CatalogsError) as caught:
        read_catalogs(paths)
    assert caught.value.lines == [
        f"{paths[1]}:3: id “one” is already used in {paths[0]}",
        f"{paths[2]}:3: id “one” is already used in {paths[0]}",
    ]


def test_read_catalogs_tells_the_faults_of_all_files(tmp_path: Path) -> None:
    paths = [write(tmp_path / "a.toml", GOOD), write(tmp_path / "b.toml", ""), tmp_path / "c.toml"]
    with pytest.raises(CatalogsError) as caught:
        read_catalogs(paths)
    assert caught.value.lines == [
        f"{paths[1]}:1: version is missing: begin the file with `version = 1`",
        f"{paths[2]}:1: no such file",
    ]


def test_read_catalogs_of_the_same_ten_thousand_ids_takes_no_square_of_time(tmp_path: Path) -> None:
    """A scan of the text for each of them takes an hour."""
    text = "version = 1\n" + "".join(f'[[episodes]]\nid = "{n}"\ntitle = "T"\n' for n in range(10_000))
    with pytest.raises(CatalogsError) as caught:
        read_catalogs([write(tmp_path / f"{name}.toml", text) for name in "ab"])
    assert len(caught.value.lines) == 10_000
