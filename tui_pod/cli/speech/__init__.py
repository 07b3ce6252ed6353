"""The commands that speak texts and write down speech."""
