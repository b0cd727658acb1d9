"""Reads of the pool."""
