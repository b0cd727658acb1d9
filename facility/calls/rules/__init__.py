"""What a call may say, when it is open, and what it asks for."""
