"""What the awards read: money and places, the ranking, lists and what pages show."""
