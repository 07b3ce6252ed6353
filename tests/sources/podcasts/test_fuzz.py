from pathlib import Path

from tests.sources.fuzz import fuzz


def test_mutated_documents_neither_crash_nor_expand_entities(tmp_path: Path) -> None:
    fuzz(800, 0, tmp_path)
