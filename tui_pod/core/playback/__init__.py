"""What plays next, sessions, marks and undo around the player of one episode."""
