"""Sync: progress and podcasts kept the same on every device, through a folder or a server."""
