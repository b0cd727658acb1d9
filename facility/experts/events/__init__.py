"""What can happen in the pool, by concept."""
