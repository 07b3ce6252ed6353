"""What the running app does beside playing. Knows nothing of what it is shown on."""
