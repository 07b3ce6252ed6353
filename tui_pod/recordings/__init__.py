"""Recordings and their documents: downloads and streams."""
