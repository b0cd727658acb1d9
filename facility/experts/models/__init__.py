"""Tables of the pool."""
