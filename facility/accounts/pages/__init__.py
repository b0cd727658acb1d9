"""Pages about accounts, by room: signing in, registering, people and institutions, the demo's cast."""
