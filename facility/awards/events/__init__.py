"""What can happen to awards. Reasons stand in rows, not here; amounts are in EUR."""
