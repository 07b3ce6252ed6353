"""What is kept of each podcast on disk."""
