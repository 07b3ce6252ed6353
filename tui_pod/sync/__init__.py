"""Sync: keep progress and podcasts the same on every device, through a folder or a server."""
