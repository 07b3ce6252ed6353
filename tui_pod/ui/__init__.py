"""The screen, on Textual."""
