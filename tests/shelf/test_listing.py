"""What the listener said about folders applies to their files."""

from tui_pod.shelf.published import AudioFile, Kinds, Tags


def test_listener_said_what_a_folder_is_if_it_has_half_of_the_files() -> None:
    files = [AudioFile(name, 9, 0, name, Tags()) for name in "abcd"]
    kinds = Kinds("talks", {"a": "book", "b": "book"})
    assert [kinds.of(files[:4]), kinds.of(files[1:]), kinds.of(files[2:])] == ["book", "talks", "talks"]
    assert (kinds.text, Kinds("talks").text) == ("2 talks [('a', 'book'), ('b', 'book')]", "2 talks []")
