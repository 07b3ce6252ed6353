"""The owner of the process that compares recordings, over a stub of that process."""

import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from tui_pod.passages.finder import FindRequest, find_passages
from tui_pod.passages.store import PassageError

REQUEST = FindRequest("/cache", "https://cast.example.org/feed", "a", "/a.mp3")

STUB = """#!{python}
import sys
sys.stdin.readline()
print({answer!r}, flush=True)
"""


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ('{"error": "No\\u001b[31m sound."}', r"No\[31m sound\."),
        ("", "unexpected answer"),
        ("nonsense", "unexpected answer"),
        ('{"until": "soon"}', "unexpected answer"),
        ("[1]", "unexpected answer"),
        ('{"until": 1.0}', "was ended"),
    ],
)
async def test_odd_answers_are_told(tmp_path: Path, answer: str, said: str) -> None:
    stub = tmp_path / "stub"
    stub.write_text(STUB.format(python=sys.executable, answer=answer), "utf-8")
    stub.chmod(0o755)
    with pytest.raises(PassageError, match=said):
        async for _ in find_passages(REQUEST, python=str(stub)):
            pass


@pytest.mark.parametrize("version", [None, "1.26.4", "odd"])
async def test_without_numpy_it_says_what_is_missing(version: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(_: str) -> str:
        if version is None:
            raise PackageNotFoundError
        return version

    monkeypatch.setattr("tui_pod.passages.finder.version", find)
    with pytest.raises(PassageError, match=r"needs numpy 2, which comes with the voice\. Run: "):
        await anext(find_passages(REQUEST))
