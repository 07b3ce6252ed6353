"""What the running app is assembled from: its values at the start, its player, and its integrations."""
