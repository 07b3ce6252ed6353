"""The listener's terminal: the client that holds it, and the app's end of the line to it."""
