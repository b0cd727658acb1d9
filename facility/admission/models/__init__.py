"""Tables of what is done with applications that came in."""
