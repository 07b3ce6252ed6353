"""What a listener can ask for, each declared once; screen, plain lines, shell and socket interpret the declarations."""
