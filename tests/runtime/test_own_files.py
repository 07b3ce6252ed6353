"""What is written into a folder of the listener's replaces and removes only what was written there before."""

from pathlib import Path

import pytest

from tui_pod.core.errors import UserError
from tui_pod.runtime.own_files import HEAD, LIST, OwnFiles


def test_what_was_written_is_replaced_and_removed_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "theirs.opus").write_text("theirs")
    own = OwnFiles(out)
    for name in ("a.opus", "b.opus"):
        own.claim(name).write_text("ours")
    again = OwnFiles(out)
    again.claim("a.opus").write_text("newer")
    again.remove_others({"a.opus"})
    assert {path.name: path.read_text() for path in out.iterdir() if path.name != LIST} == {
        "theirs.opus": "theirs", "a.opus": "newer",
    }  # fmt: skip
    assert OwnFiles(out).names == {"a.opus"}


@pytest.mark.parametrize("kind", ["file", "folder", "link", "dead link"])
def test_what_is_there_already_is_named_and_stays(tmp_path: Path, kind: str) -> None:
    there, other = tmp_path / "a.opus", tmp_path / "other"
    other.write_text("theirs")
    match kind:
        case "file":
            there.write_text("theirs")
        case "folder":
            there.mkdir()
        case _:
            there.symlink_to(other if kind == "link" else tmp_path / "gone")
    with pytest.raises(UserError, match=r"a\.opus was not written by this command"):
        OwnFiles(tmp_path).claim("a.opus")
    assert (other.read_text(), there.is_dir()) == ("theirs", kind == "folder")
    assert not (tmp_path / LIST).exists()


def test_folder_in_place_of_an_own_file_stays(tmp_path: Path) -> None:
    OwnFiles(tmp_path).claim("a.opus").mkdir()
    with pytest.raises(UserError, match="is a folder"):
        OwnFiles(tmp_path).claim("a.opus")
    OwnFiles(tmp_path).remove_others(())
    assert (tmp_path / "a.opus").is_dir()


def test_name_that_leads_elsewhere_is_refused_and_ignored_in_a_list(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "victim").write_text("theirs")
    for name in ("../victim", "", ".."):
        with pytest.raises(UserError):
            OwnFiles(tmp_path / "in").claim(name)
    (tmp_path / "in" / LIST).write_text(f"{HEAD}\n../victim\n/etc/passwd\nmine\n")
    own = OwnFiles(tmp_path / "in")
    assert own.names == {"mine"}
    own.remove_others(())
    assert (tmp_path / "victim").exists()


def test_empty_list_of_a_full_disk_goes_on(tmp_path: Path) -> None:
    (tmp_path / LIST).touch()
    OwnFiles(tmp_path).claim("a.opus")
    assert OwnFiles(tmp_path).names == {"a.opus"}


@pytest.mark.parametrize("content", ["theirs.opus\n", "\n", f" {HEAD}\ntheirs.opus\n", None])
def test_list_of_somebody_else_is_named_and_stays(tmp_path: Path, content: str | None) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "theirs.opus").write_text("theirs")
    if content is None:
        (out / LIST).mkdir()
    else:
        (out / LIST).write_text(content)
    with pytest.raises(UserError, match=f"{LIST} was not written by tui-pod; move it"):
        OwnFiles(out)
    assert {path.name for path in out.iterdir()} == {"theirs.opus", LIST}
