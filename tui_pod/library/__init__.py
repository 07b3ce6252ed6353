"""Catalogues read from files, and the cache that makes them fast."""
