"""Tables of the awards."""
