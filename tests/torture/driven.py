"""The app with something changed for a trial: a mutant of it, or more options for libmpv.

python -m tests.torture.driven [--mutant=NAME] [--mpv=OPTION=VALUE]… -- ARGUMENTS
"""

from __future__ import annotations

import sys

from tests.torture import mutants


def main(arguments: list[str]) -> int:
    """Change this process as asked and run the program in it."""
    place = arguments.index("--")
    for change in arguments[:place]:
        name, _, value = change.removeprefix("--").partition("=")
        if name == "mutant":
            mutants.apply(value)
        elif name == "mpv":
            from tui_pod.audio.mpv_options import OPTIONS

            option, _, wanted = value.partition("=")
            OPTIONS[option] = wanted
    from tui_pod.cli import main as run

    return run(arguments[place + 1 :])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
