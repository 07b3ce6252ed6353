"""What there is to listen to: catalogues, topics, episodes and their transcripts."""
