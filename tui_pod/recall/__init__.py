"""Recall: what was bookmarked is asked again, after days and then months."""
