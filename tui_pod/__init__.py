"""tui-pod: listening sessions in the terminal."""

__version__ = "2.1.0"
