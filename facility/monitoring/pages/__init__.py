"""What came of the action, for the Commission and the staff."""
