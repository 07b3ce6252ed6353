"""The commands that narrate texts, recognise speech, and find passages."""
