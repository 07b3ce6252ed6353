"""Recall asks about bookmarks again, after days and then months."""
