"""Sound: the player and the narrator. Knows nothing of the screen."""
