"""What the running app does besides playing. Does not know which front end shows it."""
