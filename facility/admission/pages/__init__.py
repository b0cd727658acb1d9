"""Pages of what came in: the staff's, and the links of those who are asked."""
