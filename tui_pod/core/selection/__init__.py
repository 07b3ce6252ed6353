"""What to play: lists, the queue and sessions."""
