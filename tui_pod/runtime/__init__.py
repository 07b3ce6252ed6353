"""Log, processes, files and threads. Knows nothing of listening."""
