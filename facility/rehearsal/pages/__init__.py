"""Rehearsing: a scenario file, or a call from its draft."""
