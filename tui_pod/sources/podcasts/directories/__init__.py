"""Public directories of podcasts, asked only when the listener looks for one. What they answer is not trusted."""
