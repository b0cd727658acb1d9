"""What activities are read for: pages, and what counts."""
