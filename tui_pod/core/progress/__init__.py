"""What was played: progress of each episode, counts and statistics."""
