"""The listener's settings and keys, and where files lie."""
