"""What other players exported: podcasts, progress and queues."""
