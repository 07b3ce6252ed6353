"""Bookmarks for other programs: notes in Markdown, a table for Readwise, and clips."""
