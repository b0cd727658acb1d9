"""Pages of requests for expertise: those of staff, and what an expert's link shows."""
