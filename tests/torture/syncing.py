"""Two to five machines that share a folder: late, torn and conflicting files, wrong clocks, and a year away."""

from tests.sync.machines import World
from tests.torture import mutants
from tests.torture.trials import Check, Result, Trial

CHANGES = 300
"""Made in each trial."""


def share_folder(trial: Trial) -> Result:
    """Let the listeners change progress and bookmarks, carry the folder badly, and look for every change everywhere."""
    mutants.apply(trial.mutant)
    world = World(trial.folder, 2 + trial.number % 4, trial.chances())
    world.live(CHANGES, episodes=40)
    world.settle()
    return Result(tuple(world.losses()), CHANGES)


CHECKS = (
    Check("h", "2 to 5 machines that share a folder", share_folder, 40,
          {"believes the last file": 4, "forgets what was heard elsewhere": 4}),
)  # fmt: skip
