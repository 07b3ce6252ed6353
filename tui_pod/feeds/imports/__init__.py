"""What other players keep: lists of podcasts, and databases with what was heard. Nothing is written there."""
