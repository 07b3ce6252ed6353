"""One episode that plays: its load, its position, its progress."""
