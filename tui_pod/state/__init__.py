"""`state.toml` and its journal: progress that is never lost. Knows nothing of the screen or the player."""
