"""The front end in plain lines, for screen readers and terminals that cannot move their cursor; no Textual."""
