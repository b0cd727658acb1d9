"""A scenario played through the commands on a scratch database."""
