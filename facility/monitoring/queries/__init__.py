"""Reads for the Commission's pages."""
