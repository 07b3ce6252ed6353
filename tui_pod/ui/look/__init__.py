"""How things look: themes, parts of lines, cells, and their forms in ASCII."""
