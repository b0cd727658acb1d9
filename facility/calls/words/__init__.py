"""What people read of calls: the words for states, what the rules say, and changes side by side."""
