"""The mutants of `make torture` change what is there: one that cannot be made proves nothing of its check."""

import subprocess
import sys
from pathlib import Path

from tests.torture.mutants import MUTANTS

ROOT = Path(__file__).parents[1]
PROGRAM = "from tests.torture import mutants; [mutants.apply(name) for name in mutants.MUTANTS]"


def test_every_mutant_can_be_made_of_the_program() -> None:
    made = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert MUTANTS
    assert made.returncode == 0, made.stderr
