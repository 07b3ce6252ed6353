"""The commands about podcasts."""
