"""Widgets: each draws a value and posts commands."""
