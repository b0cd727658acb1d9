"""Forms of the pool."""
