"""Sound: the player on libmpv. Knows nothing of the screen."""
