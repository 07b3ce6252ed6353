"""Finds sound that recurs in the episodes of a podcast: jingles, advertisements, outros."""
