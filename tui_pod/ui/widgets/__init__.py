"""Widgets: each draws a value and reports wishes."""
