"""Rules of the pool."""
