"""Log, subprocesses, files and threads. Knows nothing of podcasts."""
