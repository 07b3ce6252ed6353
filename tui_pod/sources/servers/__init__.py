"""Sources of episodes that keep a listener's whole library, and progress in it: Audiobookshelf."""
