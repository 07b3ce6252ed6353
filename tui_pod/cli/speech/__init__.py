"""The commands that narrate texts and recognise speech."""
