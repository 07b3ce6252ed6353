"""Progress of each episode, counts and statistics: what was played."""
