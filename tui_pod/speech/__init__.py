"""Speech: text spoken by a voice. Processes of their own do the work; knows no player and no screen."""
