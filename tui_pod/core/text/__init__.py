"""Text from outside made safe, and text made ready to be shown or spoken. Knows nothing of episodes."""
