"""Builds the program, starts it and ends it."""
