"""Podcasts with a feed: subscribing, refreshing, the formats of feeds and chapters, and finding podcasts by name."""
