"""What was heard: progress of each episode, counts and statistics."""
