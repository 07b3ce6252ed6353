"""Texts that are read aloud: single files and pages, e-books, and the articles of feeds."""
