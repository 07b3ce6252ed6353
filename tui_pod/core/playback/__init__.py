"""Playing an episode, and what plays after it."""
