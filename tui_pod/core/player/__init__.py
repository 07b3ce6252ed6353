"""One episode that plays: its load, its place, its progress."""
