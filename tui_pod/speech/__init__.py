"""Speech: narrating text and recognising recordings, each in its own process. Knows no player and no screen."""
