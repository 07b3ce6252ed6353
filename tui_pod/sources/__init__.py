"""Podcasts: fetching, reading and keeping what they publish. Knows nothing of the screen."""
