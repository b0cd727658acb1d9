"""Reading a scenario, playing it on a scratch database, and what it came to."""
