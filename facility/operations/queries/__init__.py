"""Reads for those who run the facility."""
