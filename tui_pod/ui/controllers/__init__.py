"""Parts of the library screen that are no widgets: what they open, show and follow."""
