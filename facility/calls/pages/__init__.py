"""Pages about calls: what anyone sees, and what those who run them see."""
