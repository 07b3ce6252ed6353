"""Stands in for what reads articles, in its process: a reader that has used up the time of its feed."""

import signal


def read_article(*_: object) -> None:
    """Get what the kernel sends."""
    signal.raise_signal(signal.SIGXCPU)
