"""The options of the app as they are without any argument: how nearly every start goes, and needs no argparse for."""

from __future__ import annotations

from types import SimpleNamespace


def without_arguments() -> SimpleNamespace:
    """Return new options, to which those of the command line can be added."""
    return SimpleNamespace(
        command=None, run=None, catalog=[], state=None, config=None, ao=None, session=None, plain=False,
        line=None, notice=None, has_saved_screen=False,
    )  # fmt: skip
