"""What follows for awards when something happened, by concept."""
