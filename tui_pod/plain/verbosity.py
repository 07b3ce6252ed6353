"""How much the plain program says."""

from enum import StrEnum


class Verbosity(StrEnum):
    """The values of `[ui] verbosity`."""

    BRIEF = "brief"
    """Titles and changes; no numbers of rows, no background work, no keys."""
    USUAL = "usual"
    FULL = "full"
    """Summaries too, and nothing is left out because it was just said."""
