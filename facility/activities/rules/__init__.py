"""What may be done with an activity, and what of it counts."""
