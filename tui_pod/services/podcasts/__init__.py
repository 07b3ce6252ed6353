"""What the running app does with podcasts."""
