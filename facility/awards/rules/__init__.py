"""What is decided, and by whom."""
