"""Commands on the pool."""
