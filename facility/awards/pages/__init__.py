"""Pages of the awards: ranking and decision, awards and how they end, what became of an application."""
