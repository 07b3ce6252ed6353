"""One place on every device: progress and podcasts kept alike through a folder or a server."""
