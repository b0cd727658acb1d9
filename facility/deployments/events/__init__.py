"""What can happen to requests for expertise, by concept."""
