"""The rules of listening. Only the standard library: no screen, no player, no files, no clock, no threads."""
