"""Parts of the library screen that are not widgets: each controls what one of them shows."""
