"""Remembering: what was kept is asked again, after days and then months."""
