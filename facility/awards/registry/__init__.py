"""What this room tells the others: what waits for whom, where it is found, and what earlier rooms show of it."""
