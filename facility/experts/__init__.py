"""Who can help: the pool, profiles, availability, bookings, conflicts."""
