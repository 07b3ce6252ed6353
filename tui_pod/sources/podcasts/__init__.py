"""What feeds, chapters and lists of podcasts look like. Knows no network and no file."""
