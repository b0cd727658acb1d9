"""Pages about money: agreements and their ledgers, and the tables of unit costs."""
